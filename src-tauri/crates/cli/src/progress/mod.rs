//! How an operation's events become what a person sees while it runs.
//!
//! [`model`] and [`row`] are pure: events in, lines out. [`display`] owns standard error while an operation runs: on a terminal
//! it keeps one block at the bottom and redraws it; elsewhere it writes the finished lines only. [`mod@reference`] has them as the reference
//! writes them.

mod display;
mod model;
pub(crate) mod reference;
mod row;

pub(crate) use display::{Display, Mode, Pause, now};
pub(crate) use model::{Detail, engine_text};

use crate::render::Theme;
use crate::text::Line;

/// Where lines are drawn.
pub(crate) struct Sheet<'a> {
    pub(crate) theme: &'a Theme,
    /// Columns that a line may take.
    pub(crate) width: usize,
    pub(crate) lines: Vec<Line>,
}

impl<'a> Sheet<'a> {
    /// Widest line of the display, so that times stay near what they measure.
    const WIDEST: usize = 90;

    pub(crate) fn new(theme: &'a Theme, width: usize) -> Self {
        Self { theme, width: width.min(Self::WIDEST), lines: Vec::new() }
    }

    pub(crate) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }
}
