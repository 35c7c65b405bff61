//! What charts share: a drawing as SVG, letters, and the key of their lines.

use std::error::Error;

use anyhow::{Result, anyhow};
use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::*;

use crate::theme::Theme;

/// Where a chart is drawn.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A drawing of so many pixels on the theme's background, as SVG.
pub fn svg(
    size: (u32, u32),
    theme: &Theme,
    draw: impl FnOnce(&Area<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<String> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        let on_background = || -> Result<(), Box<dyn Error>> {
            area.fill(&theme.background)?;
            draw(&area)?;
            Ok(area.present()?)
        };
        on_background().map_err(|error| anyhow!("the chart cannot be drawn: {error}"))?;
    }
    Ok(text)
}

/// Letters of so many pixels.
pub fn font(theme: &Theme, size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&theme.ink)
}

/// What stands for a line in the key.
pub fn sample(colour: RGBColor) -> impl Fn((i32, i32)) -> PathElement<(i32, i32)> {
    move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2))
}

/// Draws the key, with the names of the lines.
pub fn legend<'a, DB, CT>(
    chart: &mut ChartContext<'a, DB, CT>,
    theme: &Theme,
) -> Result<(), Box<dyn Error>>
where
    DB: DrawingBackend + 'a,
    DB::ErrorType: 'static,
    CT: CoordTranslate,
{
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(theme.background.mix(0.8))
        .border_style(theme.faint)
        .label_font(font(theme, 13))
        .draw()?;
    Ok(())
}
