//! Reports to look at: a page (`--html`) and a plot on a terminal (`--plot`).
//!
//! * `timeline`: how many events there were when; `counts`: how often each text came
//! * [`collect`]: what is counted of each event, in one pass
//! * [`figures`]: what is shown of it, the most frequent first
//! * `show`: text of a log as people may be shown it; `axis`: round numbers and times
//! * [`html`]: the page; `file`: where it is written; [`plot`]: the plot; `screen`: where it is shown

mod axis;
mod collect;
mod counts;
mod figures;
mod file;
mod html;
mod plot;
mod screen;
mod show;
mod timeline;

use super::choose::{Acts, Filter};
use super::overview::{Overview, Span};
use crate::event::Event;
use crate::items::Items;
use crate::locale::DateForm;
use crate::trouble::Trouble;
use crate::words::{is_set, value};
use clap::ArgMatches;
use collect::Collected;
use figures::Figures;
use file::Target;
use screen::Screen;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// What is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// `--html`: in this file.
    Page(PathBuf),
    /// `--plot`
    Plot,
}

/// Where it will be shown.
#[derive(Debug)]
pub(crate) enum Place {
    Page(Target),
    Plot(Screen),
}

impl Shape {
    /// What the options ask for; a picture is of the default report.
    ///
    /// # Errors
    /// Options that exclude each other, or a file's name that is missing.
    pub(crate) fn of(matches: &ArgMatches, has_report: bool) -> Result<Option<Self>, String> {
        let file = value(matches, "html");
        let (shape, option) = match (file, is_set(matches, "plot")) {
            (None, false) => return Ok(None),
            (Some(_), true) => return Err("Error - --html and --plot exclude each other".to_owned()),
            (None, true) => (Self::Plot, "--plot"),
            (Some(file), false) => match file.as_bytes() {
                // as for all options, what begins with a dash is the next one
                b"" | [b'-', _, ..] => return Err("Argument is required for --html".to_owned()),
                _ => (Self::Page(file.into()), "--html"),
            },
        };
        if has_report || ["summary", "by", "every", "format"].into_iter().any(|long| is_set(matches, long)) {
            return Err(format!(
                "Error - {option} is of the default report: it goes with no other, nor with --summary, --by and --format"
            ));
        }
        Ok(Some(shape))
    }

    /// Whether it takes the place of the text.
    pub(crate) fn is_page(&self) -> bool {
        matches!(self, Self::Page(_))
    }

    /// Finds out whether it can be shown, before a long log is read. To be called before there are threads.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn place(&self) -> Result<Place, Trouble> {
        Ok(match self {
            Self::Page(path) => Place::Page(Target::begin(path).map_err(Trouble::Said)?),
            Self::Plot => Place::Plot(Screen::of_process()),
        })
    }
}

/// What is counted for a picture: the numbers of the default report, and what they do not tell.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    overview: Overview,
    collected: Collected,
}

impl Picture {
    /// Counts an event.
    pub(crate) fn add(&mut self, event: &Event, items: &Items<'_>) {
        self.overview.add(event, items);
        self.collected.add(event, items);
    }

    /// How many values it holds.
    pub(crate) fn size(&self) -> usize {
        self.overview.size() + self.collected.size()
    }

    /// Adds what another has counted.
    pub(crate) fn merge(&mut self, other: Self) {
        self.overview.merge(other.overview);
        self.collected.merge(&other.collected);
    }

    /// Shows it there; before a plot comes the default report.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn show(
        self,
        place: Place,
        span: &Span,
        filter: &Filter,
        form: &DateForm,
        out: &mut impl Write,
    ) -> Result<(), Trouble> {
        let figures = |picture: Self| Figures::of(&picture.overview, picture.collected, asked(span, filter));
        match place {
            Place::Page(target) => {
                let text = html::page(&figures(self));
                target.finish(text.as_bytes(), out)?.map_err(Trouble::Said)
            }
            Place::Plot(screen) => {
                self.overview.print(span, form, out)?;
                Ok(out.write_all(plot::plot(&figures(self), screen).as_bytes())?)
            }
        }
    }
}

/// What was asked for, for somebody who has only the page.
fn asked(span: &Span, filter: &Filter) -> Vec<String> {
    let time = |sec: i64| show::second(sec.unsigned_abs());
    let nodes: Vec<String> = filter.nodes.iter().map(|node| show::shown(node)).collect();
    let given = [
        (span.start != 0).then(|| format!("from {} on", time(span.start))),
        (span.end != 0).then(|| format!("up to {}", time(span.end))),
        filter.success.map(|success| format!("only what {}", if success { "succeeded" } else { "failed" })),
        (!nodes.is_empty()).then(|| format!("only of {}", nodes.join(", "))),
        match filter.acts {
            Acts::All => None,
            Acts::Add => Some("without what was taken off lists".to_owned()),
            Acts::Delete => Some("without what was put on lists".to_owned()),
        },
        filter.no_config.then(|| "without changes of what is audited".to_owned()),
    ];
    given.into_iter().flatten().collect()
}
