//! Where a plot is shown: how wide, in which characters and colours.

use crate::nl_langinfo::is_utf8;
use crate::print::colour::When;
use rustix::termios::tcgetwinsize;
use std::io;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How wide it is where there is no terminal.
const USUAL: usize = 80;
/// Narrower nothing can be told.
const NARROWEST: usize = 40;
/// More is no easier to read.
const WIDEST: usize = 160;

pub(super) const BLUE: &str = "\x1b[34m";
pub(super) const RED: &str = "\x1b[31m";
pub(super) const BOLD: &str = "\x1b[1m";
pub(super) const OFF: &str = "\x1b[0m";

/// Where a plot is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// In cells.
    pub(super) width: usize,
    /// Whether there are more characters than those of ASCII.
    pub(super) utf8: bool,
    /// Whether there are colours.
    pub(super) colours: bool,
}

impl Screen {
    /// Standard output. To be called before there are threads.
    pub(crate) fn of_process() -> Self {
        let width = tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col)).filter(|&width| width > 0);
        let width = width.unwrap_or(USUAL).clamp(NARROWEST, WIDEST);
        Self { width, utf8: is_utf8(), colours: When::Auto.is_now() }
    }

    /// Parts of a cell, from the smallest to the whole, as blocks grow upwards.
    pub(super) fn upwards(self) -> &'static [char] {
        if self.utf8 { &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] } else { &['.', ':', '#'] }
    }

    /// The same to the right.
    pub(super) fn rightwards(self) -> &'static [char] {
        if self.utf8 { &['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] } else { &['#'] }
    }

    /// Appends text in a colour.
    pub(super) fn paint(self, colour: &str, text: &str, out: &mut String) {
        if self.colours && !text.is_empty() {
            [colour, text, OFF].iter().for_each(|part| out.push_str(part));
        } else {
            out.push_str(text);
        }
    }

    /// As much of a text as has room, with an ellipsis, filled up with blanks.
    pub(super) fn fit(self, text: &str, room: usize) -> String {
        let text: String = if self.utf8 {
            text.to_owned()
        } else {
            text.chars().map(|c| if c == '…' { '~' } else { c }).map(|c| if c.is_ascii() { c } else { '?' }).collect()
        };
        let mut out = String::new();
        let mut used = 0;
        let fits = text.width() <= room;
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > if fits { room } else { room.saturating_sub(1) } {
                break;
            }
            used += wide;
            out.push(c);
        }
        if !fits && room > 0 {
            out.push(if self.utf8 { '…' } else { '~' });
            used += 1;
        }
        out.extend(std::iter::repeat_n(' ', room.saturating_sub(used)));
        out
    }
}
