//! Colours and styles, and their contrast.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The fonts that a reader may have. plotters quotes this.
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif";

pub(super) const CARD: RGBColor = RGBColor(0xf6, 0xf8, 0xfa);
pub(super) const BORDER: RGBColor = RGBColor(0x80, 0x88, 0x91);
const TITLE: RGBColor = RGBColor(0x1f, 0x23, 0x28);
pub(super) const TEXT: RGBColor = RGBColor(0x42, 0x4a, 0x53);
/// Guides the eye, and carries no meaning.
const GRID: RGBColor = RGBColor(0xd8, 0xde, 0xe4);

/// Readers with any kind of colour blindness can tell blue and orange apart.
pub(super) const BLUE: RGBColor = RGBColor(0x09, 0x69, 0xda);
pub(super) const ORANGE: RGBColor = RGBColor(0xc2, 0x57, 0x0c);
pub(super) const DARK: RGBColor = RGBColor(0x2b, 0x31, 0x39);
/// For fills under a line of full contrast.
pub(super) const PALE: RGBColor = RGBColor(0xb6, 0xd4, 0xf7);
pub(super) const PALER: RGBColor = RGBColor(0xdc, 0xea, 0xfb);
/// For the background of what is less certain.
pub(super) const SHADE: RGBColor = RGBColor(0xe7, 0xe2, 0xd6);

/// In pixels, as [`TEXT_SIZE`].
pub(super) const TITLE_SIZE: f64 = 17.0;
/// The size of all other text.
pub(super) const TEXT_SIZE: f64 = 12.0;

/// The style of text. plotters divides the size of a font by 1.24, so this multiplies it.
pub(super) fn text(size: f64, color: RGBColor) -> TextStyle<'static> {
    (FONT, size * 1.24).into_font().color(&color)
}

pub(super) fn title_style() -> TextStyle<'static> {
    (FONT, TITLE_SIZE * 1.24, FontStyle::Bold).into_font().color(&TITLE)
}

/// The style of all text but the title.
pub(super) fn label() -> TextStyle<'static> {
    text(TEXT_SIZE, TEXT)
}

/// The same style, anchored at another point than its upper left corner.
pub(super) fn label_at(horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    label().pos(Pos::new(horizontal, vertical))
}

/// The lines of axes and marks.
pub(super) fn axis_line() -> ShapeStyle {
    BORDER.stroke_width(1)
}

pub(super) fn grid_line() -> ShapeStyle {
    GRID.stroke_width(1)
}

/// Every colour that must stand out from its background, as (what, contrast ratio, least ratio). Text needs 4.5 and graphics 3
/// against the card; the card's border needs 3 against a white page and against GitHub's dark one (WCAG 2.2, success criteria
/// 1.4.3 and 1.4.11).
pub fn contrast_ratios() -> Vec<(&'static str, f64, f64)> {
    let (white, black) = (RGBColor(0xff, 0xff, 0xff), RGBColor(0x0d, 0x11, 0x17));
    vec![
        ("title", contrast(TITLE, CARD), 4.5),
        ("text", contrast(TEXT, CARD), 4.5),
        ("blue", contrast(BLUE, CARD), 3.0),
        ("orange", contrast(ORANGE, CARD), 3.0),
        ("dark", contrast(DARK, CARD), 3.0),
        ("text on pale", contrast(TEXT, PALE), 4.5),
        ("line on pale", contrast(BLUE, PALE), 3.0),
        ("border", contrast(BORDER, CARD), 3.0),
        ("border on white", contrast(BORDER, white), 3.0),
        ("border on dark", contrast(BORDER, black), 3.0),
    ]
}

fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance, as WCAG 2.2 defines it.
fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}
