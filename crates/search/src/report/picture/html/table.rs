//! Lists: the most frequent of something.

use super::svg::bar;
use super::text::Escaped;
use crate::report::picture::figures::{Ranking, Row};
use crate::report::picture::show::grouped;
use std::fmt::{self, Write};

/// A text of so many characters is not broken into lines, be the one beside it ever so long.
const SHORT: usize = 16;

/// What stands over a list, and in it.
pub(super) struct List<'a> {
    /// The element's id.
    pub(super) id: &'a str,
    /// The heading.
    pub(super) title: &'a str,
    /// One line under it.
    pub(super) about: &'a str,
    /// The heads of the columns of texts.
    pub(super) columns: &'a [&'a str],
    /// All of it failed: how often and when last is told, not how many failed.
    pub(super) failures: bool,
    /// What is said of an empty one.
    pub(super) none: &'a str,
}

/// A section with a list.
pub(super) fn list(list: &List<'_>, ranking: &Ranking, out: &mut String) -> fmt::Result {
    let List { id, title, about, .. } = list;
    writeln!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>")?;
    if ranking.rows.is_empty() {
        return writeln!(out, "<p class=\"note\">{}</p>\n</section>", list.none);
    }
    writeln!(out, "<p class=\"note\">{about}{}</p>", part(ranking))?;
    // where lists are shown as blocks, roles say that they are tables all the same
    let (class, role) = if list.failures { ("sortable wide", " role=\"table\"") } else { ("sortable", "") };
    let roles = |role: &str| if list.failures { format!(" role=\"{role}\"") } else { String::new() };
    let (group, row, head) = (roles("rowgroup"), roles("row"), roles("columnheader"));
    write!(out, "<table class=\"{class}\"{role} aria-labelledby=\"{id}\">\n<thead{group}><tr{row}>")?;
    for column in list.columns {
        write!(out, "<th scope=\"col\"{head}>{column}</th>")?;
    }
    let times = if list.failures { "Times" } else { "Events" };
    write!(out, "<th scope=\"col\" class=\"n\" aria-sort=\"descending\"{head}>{times}</th>")?;
    match list.failures {
        true => write!(out, "<th scope=\"col\" class=\"t\"{head}>Last</th>")?,
        false => write!(out, "<th scope=\"col\" class=\"n\"{head}>Failed</th>")?,
    }
    writeln!(out, "</tr></thead>\n<tbody{group}>")?;
    let most = ranking.rows.iter().map(|row| row.count.events).max().unwrap_or(0);
    for one in &ranking.rows {
        write!(out, "<tr{row}>")?;
        cells(list, one, most, out)?;
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
    Ok(())
}

fn cells(list: &List<'_>, row: &Row, most: u64, out: &mut String) -> fmt::Result {
    let role = if list.failures { " role=\"cell\"" } else { "" };
    for (at, (column, text)) in list.columns.iter().zip(&row.texts).enumerate() {
        if at == 0 {
            write!(out, "<td{role}>{}", Escaped(text))?;
            bar(&row.count, most, out)?;
            out.push_str("</td>");
        } else {
            let class = if text.chars().count() <= SHORT { " class=\"s\"" } else { "" };
            write!(out, "<td{class}{role} data-label=\"{column}\">{}</td>", Escaped(text))?;
        }
    }
    let (events, failed) = (grouped(row.count.events), grouped(row.count.failed));
    if list.failures {
        write!(out, "<td class=\"n\"{role} data-label=\"Times\">{events}</td>")?;
        return write!(out, "<td class=\"t\"{role} data-label=\"Last\">{}</td>", row.last());
    }
    let class = if row.count.failed > 0 { "n bad" } else { "n" };
    write!(out, "<td class=\"n\">{events}</td><td class=\"{class}\">{failed}</td>")
}

/// How much of all is shown.
fn part(ranking: &Ranking) -> String {
    let (rows, all) = (ranking.rows.len(), grouped(ranking.distinct as u64));
    match ranking.more {
        true => format!("{rows} of more than {all}"),
        false if rows < ranking.distinct => format!("{rows} of {all}"),
        false => format!("all {all}"),
    }
}
