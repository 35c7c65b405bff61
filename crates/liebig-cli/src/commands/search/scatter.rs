//! True accuracy over the scores of each ranking, a panel for each, as SVG.

use anyhow::Result;
use plotters::prelude::*;

use super::summary::Summary;
use crate::chart::{self, font};
use crate::theme::Theme;

const PANEL: (u32, u32) = (320, 280);
const COLUMNS: usize = 3;

pub fn svg(summary: &Summary, theme: &Theme) -> Result<String> {
    let columns = summary.lines.len().clamp(1, COLUMNS);
    let rows = summary.lines.len().div_ceil(columns).max(1);
    let size = (
        PANEL.0 * u32::try_from(columns)?,
        PANEL.1 * u32::try_from(rows)?,
    );
    chart::svg(size, theme, |area| {
        let truth: Vec<f64> = summary
            .truth
            .iter()
            .map(|accuracy| 100.0 * accuracy)
            .collect();
        for (area, line) in area
            .split_evenly((rows, columns))
            .iter()
            .zip(&summary.lines)
        {
            // Counts stay what they are.
            let share = line.scores.iter().all(|score| *score <= 1.0);
            let scale = if share { 100.0 } else { 1.0 };
            let scores: Vec<f64> = line.scores.iter().map(|score| scale * score).collect();
            let title = format!("{}: {:.2}", line.proxy, line.agreement.spearman);
            let mut chart = ChartBuilder::on(area)
                .caption(title, font(theme, 15))
                .margin(8)
                .x_label_area_size(32)
                .y_label_area_size(40)
                .build_cartesian_2d(range(&scores), range(&truth))?;
            chart
                .configure_mesh()
                .axis_style(theme.ink)
                .bold_line_style(theme.faint)
                .light_line_style(theme.background)
                .label_style(font(theme, 11))
                .x_labels(4)
                .y_labels(5)
                .x_desc("score")
                .y_desc("on everything, %")
                .draw()?;
            let points = scores.iter().copied().zip(truth.iter().copied());
            chart.draw_series(points.map(|at| Circle::new(at, 3, theme.lines[0].filled())))?;
        }
        Ok(())
    })
}

/// From the least to the greatest, with some room.
fn range(values: &[f64]) -> std::ops::Range<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let room = (0.05 * (high - low)).max(1e-9);
    low - room..high + room
}
