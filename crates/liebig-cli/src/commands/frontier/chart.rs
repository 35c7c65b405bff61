//! Accuracy over minutes, a panel for each dataset and number of samples, as SVG.

use anyhow::Result;
use plotters::prelude::*;

use super::summary::Point;
use crate::chart::{self, Area, font, legend, sample};
use crate::theme::Theme;

const PANEL: (u32, u32) = (560, 380);
const COLUMNS: usize = 2;

/// The chart; without points, one empty panel.
pub fn svg(points: &[Point], theme: &Theme) -> Result<String> {
    let mut panels: Vec<(String, Vec<&Point>)> = Vec::new();
    for point in points {
        let title = format!("{}, {} per class", point.data(), point.ipc);
        match panels.iter_mut().find(|(known, _)| *known == title) {
            Some((_, of_panel)) => of_panel.push(point),
            None => panels.push((title, vec![point])),
        }
    }
    let columns = panels.len().clamp(1, COLUMNS);
    let rows = panels.len().div_ceil(columns).max(1);
    let size = (
        PANEL.0 * u32::try_from(columns)?,
        PANEL.1 * u32::try_from(rows)?,
    );
    chart::svg(size, theme, |area| {
        for (area, (title, points)) in area.split_evenly((rows, columns)).iter().zip(&panels) {
            panel(area, title, points, theme)?;
        }
        Ok(())
    })
}

fn panel(
    area: &Area<'_>,
    title: &str,
    points: &[&Point],
    theme: &Theme,
) -> Result<(), Box<dyn std::error::Error>> {
    let times = || points.iter().filter_map(|point| point.minutes);
    let (first, last) = (
        times().fold(f64::INFINITY, f64::min).min(1.0) / 1.3,
        times().fold(0.0, f64::max).max(2.0) * 1.3,
    );
    let low = points
        .iter()
        .map(|point| point.mean - point.std)
        .fold(1.0, f64::min);
    let high = points
        .iter()
        .map(|point| point.mean + point.std)
        .fold(0.0, f64::max);
    let (low, high) = (100.0 * low - 2.0, 100.0 * high + 2.0);
    let mut chart = ChartBuilder::on(area)
        .caption(title, font(theme, 17))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(46)
        .build_cartesian_2d((first..last).log_scale(), low..high)?;
    chart
        .configure_mesh()
        .axis_style(theme.ink)
        .bold_line_style(theme.faint)
        .light_line_style(theme.background)
        .label_style(font(theme, 13))
        .x_desc("minutes")
        .y_desc("test accuracy in %")
        .x_label_formatter(&|minutes| {
            format!("{minutes:.2}")
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_string()
        })
        .draw()?;
    for (index, line) in lines(points).into_iter().enumerate() {
        let color = theme.lines[index % theme.lines.len()];
        let at = |point: &Point| (point.minutes.unwrap_or(first), 100.0 * point.mean);
        let mut places: Vec<(f64, f64)> = line.points.iter().map(|point| at(point)).collect();
        // What takes no time is there at all times.
        if let ([only], [point]) = (&places[..], &line.points[..])
            && point.minutes.is_none()
        {
            places = vec![*only, (last, only.1)];
        } else {
            chart.draw_series(line.points.iter().map(|point| {
                let (x, y) = at(point);
                let std = 100.0 * point.std;
                ErrorBar::new_vertical(x, y - std, y, y + std, color.filled(), 8)
            }))?;
        }
        chart
            .draw_series(LineSeries::new(places, color.stroke_width(2)))?
            .label(line.name)
            .legend(sample(color));
    }
    legend(&mut chart, theme)
}

struct Line<'a> {
    name: String,
    points: Vec<&'a Point>,
}

/// The points of each method and network, in the order of their times.
fn lines<'a>(points: &[&'a Point]) -> Vec<Line<'a>> {
    let models = |point: &&Point| point.model != points[0].model;
    let several = points.iter().any(models);
    let mut lines: Vec<Line<'a>> = Vec::new();
    for point in points {
        let name = match several {
            true => format!("{}, {}", point.method, point.model),
            false => point.method.clone(),
        };
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(Line {
                name,
                points: vec![point],
            }),
        }
    }
    for line in &mut lines {
        let time = |point: &&Point| point.minutes.unwrap_or(0.0);
        line.points.sort_by(|a, b| time(a).total_cmp(&time(b)));
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::theme::{DARK, LIGHT};

    fn point(method: &str, minutes: Option<f64>, mean: f64) -> Point {
        Point {
            dataset: "strokes".into(),
            zca: None,
            ipc: 1,
            method: method.into(),
            minutes,
            seconds: 1.0,
            iterations: 1.0,
            model: "convnet".into(),
            seeds: 1,
            n: 1,
            mean,
            std: 0.01,
            own: None,
        }
    }

    #[test]
    fn every_method_has_a_line_in_both_themes() {
        let points = [
            point("random", None, 0.5),
            point("dd", Some(10.0), 0.9),
            point("dd", Some(0.5), 0.8),
        ];
        for theme in [LIGHT, DARK] {
            let svg = svg(&points, &theme).unwrap();
            for part in ["strokes, 1 per class", ">\nrandom", ">\ndd", "minutes"] {
                assert!(svg.contains(part), "{part}: {svg}");
            }
            // Two lines in the panel and two in the legend; the axes are lines as well.
            assert!(svg.matches("<polyline").count() >= 4);
        }
        assert!(svg(&[], &LIGHT).unwrap().starts_with("<svg"));
    }
}
