//! A number over iterations or steps, as SVG.

use anyhow::Result;
use plotters::prelude::*;

use crate::chart::{self, font, legend, sample};
use crate::theme::Theme;

const SIZE: (u32, u32) = (640, 260);

/// A point: the iteration or step, the number, and how far it may be off.
pub type Point = (f64, f64, f64);

/// Lines by name, with a band of their deviation; nothing if none has two points. The names are those of the axes.
pub fn svg(
    lines: &[(String, Vec<Point>)],
    [over, what]: [&str; 2],
    theme: &Theme,
) -> Result<Option<String>> {
    let lines: Vec<(&str, Vec<Point>)> = lines
        .iter()
        .map(|(name, points)| {
            let finite = points.iter().filter(|point| point.1.is_finite());
            (name.as_str(), finite.copied().collect())
        })
        .collect();
    let all = || lines.iter().flat_map(|(_, points)| points);
    if lines.iter().all(|(_, points)| points.len() < 2) {
        return Ok(None);
    }
    let least = |of: fn(&Point) -> f64| all().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&Point) -> f64| all().map(of).fold(f64::NEG_INFINITY, f64::max);
    let (first, last) = (least(|point| point.0), most(|point| point.0));
    let (low, high) = (
        least(|point| point.1 - point.2),
        most(|point| point.1 + point.2),
    );
    let margin = (0.05 * (high - low)).max(1e-9);
    let drawn = chart::svg(SIZE, theme, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(56)
            .build_cartesian_2d(first..last, low - margin..high + margin)?;
        chart
            .configure_mesh()
            .axis_style(theme.ink)
            .bold_line_style(theme.faint)
            .light_line_style(theme.background)
            .label_style(font(theme, 13))
            .x_desc(over)
            .y_desc(what)
            .x_label_formatter(&|&place| match (place - place.round()).abs() < 1e-6 {
                true => format!("{place:.0}"),
                false => String::new(),
            })
            .draw()?;
        for (index, (name, points)) in lines.iter().enumerate() {
            let colour = theme.lines[index % theme.lines.len()];
            if points.iter().any(|point| point.2 > 0.0) {
                let above = points.iter().map(|point| (point.0, point.1 + point.2));
                let below = points
                    .iter()
                    .rev()
                    .map(|point| (point.0, point.1 - point.2));
                let band: Vec<(f64, f64)> = above.chain(below).collect();
                chart.draw_series([Polygon::new(band, colour.mix(0.2))])?;
            }
            let line = points.iter().map(|point| (point.0, point.1));
            chart
                .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
                .label(*name)
                .legend(sample(colour));
        }
        match lines.len() {
            0 | 1 => Ok(()),
            _ => legend(&mut chart, theme),
        }
    });
    drawn.map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::theme::{DARK, LIGHT};

    #[test]
    fn lines_have_names_and_bands() {
        let line = |name: &str, std| (name.to_owned(), vec![(0.0, 1.0, std), (5.0, 2.0, std)]);
        for theme in [LIGHT, DARK] {
            let alone = svg(&[line("loss", 0.0)], ["iteration", "loss"], &theme)
                .unwrap()
                .unwrap();
            assert!(!alone.contains("<polygon") && alone.contains("iteration"));
            let both = [line("own", 0.1), line("common", 0.1)];
            let both = svg(&both, ["iteration", "accuracy"], &theme)
                .unwrap()
                .unwrap();
            assert_eq!(both.matches("<polygon").count(), 2);
            assert!(both.contains(">\ncommon"), "{both}");
        }
        let few = vec![(1.0, f64::NAN, 0.0), (2.0, 1.0, 0.0)];
        assert!(
            svg(&[("x".into(), few)], ["iteration", "loss"], &LIGHT)
                .unwrap()
                .is_none()
        );
    }
}
