//! The colours of charts.

use plotters::style::RGBColor;

/// Colours for a light or a dark page.
pub struct Theme {
    /// Its name, a part of files' names.
    pub name: &'static str,
    /// Behind everything.
    pub background: RGBColor,
    /// Text and axes.
    pub ink: RGBColor,
    /// Lines of the grid.
    pub faint: RGBColor,
    /// What is drawn.
    pub lines: [RGBColor; 8],
}

/// For a light page; the colours are those of Okabe and Ito, which people with any colour vision can tell apart.
pub const LIGHT: Theme = Theme {
    name: "light",
    background: RGBColor(255, 255, 255),
    ink: RGBColor(36, 41, 47),
    faint: RGBColor(216, 222, 228),
    lines: [
        RGBColor(0, 114, 178),
        RGBColor(213, 94, 0),
        RGBColor(0, 158, 115),
        RGBColor(204, 121, 167),
        RGBColor(230, 159, 0),
        RGBColor(86, 180, 233),
        RGBColor(120, 120, 120),
        RGBColor(0, 0, 0),
    ],
};

/// For a dark page.
pub const DARK: Theme = Theme {
    name: "dark",
    background: RGBColor(13, 17, 23),
    ink: RGBColor(230, 237, 243),
    faint: RGBColor(48, 54, 61),
    lines: [
        RGBColor(88, 166, 255),
        RGBColor(255, 140, 66),
        RGBColor(63, 205, 160),
        RGBColor(230, 150, 200),
        RGBColor(240, 190, 60),
        RGBColor(130, 210, 250),
        RGBColor(170, 170, 170),
        RGBColor(240, 240, 240),
    ],
};
