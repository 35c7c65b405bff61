//! The loss over the iterations, as SVG.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::facts::Run;
use crate::theme::Theme;

const SIZE: (u32, u32) = (640, 260);

/// The curve of a run; nothing if it has fewer than two points.
pub fn svg(run: &Run, theme: &Theme) -> Result<Option<String>> {
    let finite = run.losses.iter().filter(|point| point.loss.is_finite());
    let points: Vec<(f64, f64)> = finite
        .map(|point| (point.iteration as f64, point.loss))
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Ok(None);
    };
    if points.len() < 2 {
        return Ok(None);
    }
    let low = points
        .iter()
        .map(|point| point.1)
        .fold(f64::INFINITY, f64::min);
    let high = points
        .iter()
        .map(|point| point.1)
        .fold(f64::NEG_INFINITY, f64::max);
    let margin = (0.05 * (high - low)).max(1e-9);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let font = |size: i32| ("sans-serif", size).into_font().color(&theme.ink);
        let draw = || -> Result<(), Box<dyn std::error::Error + '_>> {
            area.fill(&theme.background)?;
            let mut chart = ChartBuilder::on(&area)
                .margin(12)
                .x_label_area_size(36)
                .y_label_area_size(56)
                .build_cartesian_2d(first.0..last.0, low - margin..high + margin)?;
            chart
                .configure_mesh()
                .axis_style(theme.ink)
                .bold_line_style(theme.faint)
                .light_line_style(theme.background)
                .label_style(font(13))
                .x_desc("iteration")
                .y_desc("loss")
                .x_label_formatter(&|iteration| format!("{iteration:.0}"))
                .draw()?;
            let line = theme.lines[0].stroke_width(2);
            chart.draw_series(LineSeries::new(points.iter().copied(), line))?;
            area.present()?;
            Ok(())
        };
        draw().map_err(|error| anyhow!("the chart cannot be drawn: {error}"))?;
    }
    Ok(Some(text))
}
