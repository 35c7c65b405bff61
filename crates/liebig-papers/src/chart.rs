//! A chart of the statistics, as an SVG.

use plotters::prelude::*;

use crate::error::Error;
use crate::stats::{Row, Stats};

const WIDTH: u32 = 1120;
const LINE: i32 = 20;
const LABELS: i32 = 250;
const ALL: RGBColor = RGBColor(176, 196, 222);
const CODE: RGBColor = RGBColor(53, 94, 139);

/// Bar charts by year, venue, section and family; the dark part of a bar is the papers with code.
///
/// # Errors
/// [`Error::Chart`] if drawing fails.
pub fn svg(stats: &Stats) -> Result<String, Error> {
    let columns: [Vec<(&str, &[Row])>; 2] = [
        vec![
            ("Papers per year", &stats.years),
            ("Method families", &stats.families),
        ],
        vec![
            ("Venues", first(&stats.venues, 16)),
            ("Sections", first(&stats.sections, 20)),
        ],
    ];
    let height = |panels: &[(&str, &[Row])]| -> i32 {
        panels
            .iter()
            .map(|(_, rows)| LINE * (i32::try_from(rows.len()).unwrap_or(0) + 3))
            .sum()
    };
    let tall = columns
        .iter()
        .map(|panels| height(panels))
        .max()
        .unwrap_or(0)
        + 2 * LINE;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (WIDTH, u32::try_from(tall).unwrap_or(600)))
            .into_drawing_area();
        let draw = || -> Result<(), Box<dyn std::error::Error + '_>> {
            area.fill(&WHITE)?;
            let summary = format!(
                "{} papers, {} with code (dark)",
                stats.papers, stats.with_code
            );
            area.draw(&Text::new(
                summary,
                (12, 10),
                ("sans-serif", 15).into_font(),
            ))?;
            for (x, panels) in [12, i32::try_from(WIDTH / 2).unwrap_or(560)]
                .into_iter()
                .zip(&columns)
            {
                let mut y = 2 * LINE;
                for (title, rows) in panels {
                    area.draw(&Text::new(
                        (*title).to_owned(),
                        (x, y),
                        ("sans-serif", 17).into_font(),
                    ))?;
                    y += LINE + 6;
                    let most = rows.iter().map(|row| row.papers).max().unwrap_or(1).max(1);
                    for row in *rows {
                        let length =
                            |count: usize| i32::try_from(count * 230 / most).unwrap_or(230);
                        let left = x + LABELS;
                        area.draw(&Text::new(
                            shorten(&row.name),
                            (x, y + 2),
                            ("sans-serif", 13).into_font(),
                        ))?;
                        let bar = |count, color: RGBColor| {
                            Rectangle::new(
                                [(left, y), (left + length(count), y + LINE - 5)],
                                color.filled(),
                            )
                        };
                        area.draw(&bar(row.papers, ALL))?;
                        area.draw(&bar(row.with_code, CODE))?;
                        let count = format!("{}", row.papers);
                        area.draw(&Text::new(
                            count,
                            (left + length(row.papers) + 5, y + 2),
                            ("sans-serif", 12).into_font(),
                        ))?;
                        y += LINE;
                    }
                    y += LINE;
                }
            }
            area.present()?;
            Ok(())
        };
        draw().map_err(|error| Error::Chart(error.to_string()))?;
    }
    Ok(text)
}

fn first(rows: &[Row], count: usize) -> &[Row] {
    &rows[..rows.len().min(count)]
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= 34 {
        name.to_owned()
    } else {
        format!("{}…", name.chars().take(33).collect::<String>())
    }
}
