//! What every picture has: a background, a title, a legend, a role and a name.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{Area, Drawing};
use super::paint::{BORDER, CARD, TEXT, TEXT_SIZE, TITLE_SIZE, label, text, title_style};
use super::words::{clean, fitted, width_of};

/// The free pixels around everything.
const MARGIN: i32 = 16;
/// The pixels from one line of text to the next.
const LINE: i32 = 18;

/// A picture's size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    pub const SMALLEST: Size = Size { width: 600, height: 340 };
    pub const LARGEST: Size = Size { width: 4000, height: 4000 };

    /// The nearest size in which a chart can be read.
    fn usable(self) -> Self {
        Self {
            width: self.width.clamp(Self::SMALLEST.width, Self::LARGEST.width),
            height: self.height.clamp(Self::SMALLEST.height, Self::LARGEST.height),
        }
    }
}

impl Default for Size {
    /// As wide as the column of a README.
    fn default() -> Self {
        Self { width: 840, height: 440 }
    }
}

/// What a picture is of, and how large it is.
#[derive(Clone, Debug)]
pub struct Picture {
    pub size: Size,
    /// Whose numbers these are, of which part and when: a line below the title. Nothing if it is empty.
    pub about: String,
}

impl From<Size> for Picture {
    fn from(size: Size) -> Self {
        Self { size, about: String::new() }
    }
}

/// How an entry of the legend looks in the chart.
#[derive(Clone, Copy)]
pub(super) enum Swatch {
    Line(RGBColor),
    Bar(RGBColor),
    /// A pale fill with a visible edge.
    Band(RGBColor),
    /// Words only.
    Nothing,
}

/// A picture that is being drawn. Everything below `top` is free.
pub(super) struct Card<'a> {
    pub(super) area: Area<'a>,
    pub(super) size: Size,
    top: i32,
}

/// Draws a picture with a title. `draw` fills in the rest.
pub(super) fn card(title: &str, picture: Picture, draw: impl FnOnce(&mut Card) -> Drawing) -> String {
    let Picture { size, about } = picture;
    let size = size.usable();
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, (size.width, size.height)).into_drawing_area();
        let mut card = Card { area, size, top: MARGIN };
        card.begin(title, &about).and_then(|()| draw(&mut card)).and_then(|()| card.area.present())
    };
    // Cannot fail: a string needs no IO, no font library looks for fonts, and nobody else holds the area.
    drawn.expect("cannot fail: into a String there is no IO");
    accessible(&svg, &if about.is_empty() { title.to_owned() } else { format!("{title}: {about}") })
}

/// Adds the role and the name that readers need who do not see the picture. plotters writes only the drawing.
fn accessible(svg: &str, title: &str) -> String {
    let Some((head, rest)) = svg.split_once('>') else { return svg.to_owned() };
    let mut name = String::new();
    for character in clean(title).chars() {
        match character {
            '<' => name.push_str("&lt;"),
            '>' => name.push_str("&gt;"),
            '&' => name.push_str("&amp;"),
            other => name.push(other),
        }
    }
    format!("{head} role=\"img\">\n<title>{name}</title>{rest}")
}

impl<'a> Card<'a> {
    fn begin(&mut self, title: &str, about: &str) -> Drawing {
        let (right, bottom) = (self.size.width as i32 - 1, self.size.height as i32 - 1);
        self.area.draw(&Rectangle::new([(0, 0), (right + 1, bottom + 1)], CARD.filled()))?;
        self.area.draw(&Rectangle::new([(0, 0), (right, bottom)], BORDER))?;
        let style = title_style();
        let title = fitted(title, self.width(), TITLE_SIZE * 1.05);
        self.area.draw(&Text::new(title, (MARGIN, self.top), style))?;
        self.top += TITLE_SIZE as i32 + 10;
        if !about.is_empty() {
            self.line(&fitted(about, self.width(), TEXT_SIZE))?;
        }
        Ok(())
    }

    /// The pixels between the margins.
    pub(super) fn width(&self) -> i32 {
        self.size.width as i32 - 2 * MARGIN
    }

    /// The free pixels below what was drawn.
    pub(super) fn height(&self) -> i32 {
        self.size.height as i32 - self.top - MARGIN
    }

    /// The area that is left for the chart.
    pub(super) fn body(&self) -> Area<'a> {
        let (width, height) = (self.size.width as i32, self.size.height as i32);
        self.area.clone().shrink((MARGIN / 2, self.top), (width - MARGIN, height - self.top - MARGIN / 2))
    }

    /// Writes text over the whole width, in as many lines as it needs.
    pub(super) fn paragraph(&mut self, words: &str) -> Drawing {
        let mut line = String::new();
        for word in words.split_whitespace() {
            if !line.is_empty() && width_of(&line, TEXT_SIZE) + width_of(word, TEXT_SIZE) + 6 > self.width() {
                self.line(&std::mem::take(&mut line))?;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line)?;
        self.top += 4;
        Ok(())
    }

    fn line(&mut self, words: &str) -> Drawing {
        let words = fitted(words, self.width(), TEXT_SIZE);
        self.area.draw(&Text::new(words, (MARGIN, self.top), label()))?;
        self.top += LINE;
        Ok(())
    }

    /// Writes what the colours mean, side by side, in as many lines as needed.
    pub(super) fn legend(&mut self, entries: &[(Swatch, &str)]) -> Drawing {
        const SWATCH: i32 = 22;
        let mut left = MARGIN;
        for (swatch, words) in entries {
            let indent = if matches!(swatch, Swatch::Nothing) { 0 } else { SWATCH + 6 };
            let width = indent + width_of(words, TEXT_SIZE);
            if left > MARGIN && left + width > MARGIN + self.width() {
                left = MARGIN;
                self.top += LINE;
            }
            let (top, middle) = (self.top, self.top + 6);
            let corners = [(left, top + 1), (left + SWATCH, top + 12)];
            match swatch {
                Swatch::Line(color) => {
                    let line = vec![(left, middle), (left + SWATCH, middle)];
                    self.area.draw(&PathElement::new(line, color.stroke_width(3)))?;
                }
                Swatch::Bar(color) => self.area.draw(&Rectangle::new(corners, color.filled()))?,
                Swatch::Nothing => {}
                Swatch::Band(color) => {
                    self.area.draw(&Rectangle::new(corners, color.filled()))?;
                    self.area.draw(&Rectangle::new(corners, BORDER))?;
                }
            }
            self.area.draw(&Text::new((*words).to_owned(), (left + indent, top), label()))?;
            left += width + 18;
        }
        self.top += LINE + 4;
        Ok(())
    }

    /// Writes words in the middle of what is left, if there is nothing to draw.
    pub(super) fn instead(&mut self, words: &str) -> Drawing {
        let middle = (self.size.width as i32 / 2, self.top + self.height() / 2);
        let style = text(TITLE_SIZE, TEXT).pos(Pos::new(HPos::Center, VPos::Center));
        self.area.draw(&Text::new(fitted(words, self.width(), TITLE_SIZE), middle, style))
    }
}
