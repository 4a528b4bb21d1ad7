//! The page's parts, in the order in which they are read.

use super::svg::{beginning, timeline, zone};
use super::table::{List, list};
use super::text::Escaped;
use crate::report::picture::figures::Figures;
use crate::report::picture::show::{grouped, second};
use chrono::Local;
use std::fmt::{self, Write};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("sort.js");
/// Their SHA-256 in Base64, as a page's policy has it.
const STYLE_HASH: &str = "0MQsk7hBp7J0d+5hM0fM5uBzFQbkmFgKgKahnAi73Uw=";
const SCRIPT_HASH: &str = "Evm2v2nbBO2WOZC0oS79psefIjV4debFQjdMa1eN6kI=";

/// The numbers of the default report that come first, and what is alarming if there are any.
const KEY: [(&str, &str, bool); 6] = [
    ("events", "events", false),
    ("failed syscalls", "failed system calls", true),
    ("failed logins", "failed logins", true),
    ("failed authentications", "failed authentications", true),
    ("anomaly events", "anomalies", true),
    ("changes in configuration", "changes in configuration", false),
];

const LOGINS: List<'_> = List {
    id: "logins",
    title: "Failed logins",
    about: "By account, origin and program: ",
    columns: &["Account", "From", "Program"],
    failures: true,
    none: "No login failed.",
};
const ACCESSES: List<'_> = List {
    id: "accesses",
    title: "Failed accesses",
    about: "System calls that failed, by file (or call, where there is none), user, program and error: ",
    columns: &["File or call", "User", "Program", "Error"],
    failures: true,
    none: "No system call failed.",
};
const USERS: List<'_> = List {
    id: "users",
    title: "Users",
    about: "By login user: ",
    columns: &["User"],
    failures: false,
    none: "No event has a login user.",
};
const KEYS: List<'_> = List {
    id: "keys",
    title: "Keys",
    about: "By key of the rule that matched: ",
    columns: &["Key"],
    failures: false,
    none: "No event has a key.",
};
const EXECUTABLES: List<'_> = List {
    id: "executables",
    title: "Executables",
    about: "By the program’s file: ",
    columns: &["Executable"],
    failures: false,
    none: "No event has an executable.",
};

/// The page.
pub(crate) fn page(figures: &Figures) -> String {
    let mut out = String::with_capacity(96 << 10);
    // a String takes everything
    let _written = write(figures, &mut out);
    out
}

fn write(figures: &Figures, out: &mut String) -> fmt::Result {
    head(out)?;
    header(figures, out)?;
    out.push_str("<main>\n");
    key(figures, out)?;
    time(figures, out)?;
    list(&LOGINS, &figures.logins, out)?;
    list(&ACCESSES, &figures.accesses, out)?;
    out.push_str("<div class=\"pair\">\n");
    list(&USERS, &figures.users, out)?;
    list(&KEYS, &figures.keys, out)?;
    out.push_str("</div>\n");
    list(&EXECUTABLES, &figures.executables, out)?;
    numbers(figures, out)?;
    out.push_str("</main>\n");
    let (version, now) = (env!("CARGO_PKG_VERSION"), Local::now().format("%Y-%m-%d %H:%M:%S UTC%:z"));
    writeln!(
        out,
        "<footer>Made by raureport {version} on {now}. Every time is that of the machine it was made on.</footer>"
    )?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn head(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; \
         script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Audit report</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )
}

fn header(figures: &Figures, out: &mut String) -> fmt::Result {
    out.push_str("<header>\n<h1>Audit report</h1>\n");
    match figures.range {
        Some((first, last)) => {
            let zone = zone(i64::try_from(last).unwrap_or(i64::MAX).saturating_mul(1000));
            writeln!(out, "<p>{} to {} ({zone})</p>", second(first), second(last))?;
        }
        None => writeln!(out, "<p>There are no events.</p>")?,
    }
    if !figures.asked.is_empty() {
        writeln!(out, "<p>{}</p>", Escaped(&figures.asked.join("; ")))?;
    }
    writeln!(out, "</header>")
}

fn key(figures: &Figures, out: &mut String) -> fmt::Result {
    out.push_str("<ul class=\"key\" aria-label=\"Overview\">\n");
    for (name, label, alarming) in KEY {
        let number = figures.count(name);
        let class = if alarming && number > 0 { " class=\"alarm\"" } else { "" };
        writeln!(out, "<li{class}><span>{label}</span> <b>{}</b></li>", grouped(number))?;
    }
    writeln!(out, "</ul>")
}

fn time(figures: &Figures, out: &mut String) -> fmt::Result {
    let bars = &figures.timeline;
    out.push_str("<section aria-labelledby=\"time\">\n<h2 id=\"time\">Events by time</h2>\n");
    if bars.bars.is_empty() {
        return writeln!(out, "<p class=\"note\">There are none.</p>\n</section>");
    }
    let each = bars.each();
    writeln!(
        out,
        "<p class=\"note\"><svg class=\"swatch\" aria-hidden=\"true\"><rect class=\"e\" width=\"100%\" height=\"100%\"/></svg>all, \
         <svg class=\"swatch\" aria-hidden=\"true\"><rect class=\"f\" width=\"100%\" height=\"100%\"/></svg>those that failed; \
         a bar is {each}</p>"
    )?;
    let greatest = bars.greatest();
    let summary = format!(
        "Bar chart of events by time, {each} to a bar: at most {} events, and at most {} that failed. The numbers are in the table below.",
        grouped(greatest.events),
        grouped(greatest.failed)
    );
    timeline(bars, &summary, out)?;
    writeln!(
        out,
        "<details><summary>The numbers of the chart</summary>\n<table aria-label=\"Events by time\">\n<thead><tr>\
         <th scope=\"col\">From</th><th scope=\"col\" class=\"n\">Events</th><th scope=\"col\" class=\"n\">Failed</th></tr></thead>\n<tbody>"
    )?;
    for (from, bar) in bars.iter().filter(|(_, bar)| bar.events > 0) {
        let (events, failed) = (grouped(bar.events), grouped(bar.failed));
        let from = beginning(from, bars.width);
        writeln!(out, "<tr><td>{from}</td><td class=\"n\">{events}</td><td class=\"n\">{failed}</td></tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</details>\n</section>")
}

fn numbers(figures: &Figures, out: &mut String) -> fmt::Result {
    out.push_str("<section aria-labelledby=\"numbers\">\n<h2 id=\"numbers\">All numbers</h2>\n");
    out.push_str("<p class=\"note\">Those of the default report.</p>\n<ul class=\"numbers\">\n");
    for (name, number) in figures.counts {
        writeln!(out, "<li><span>{}</span> <b>{}</b></li>", Escaped(name), grouped(number))?;
    }
    writeln!(out, "</ul>\n</section>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::overview::Overview;
    use crate::report::picture::collect::Collected;
    use crate::report::picture::counts::{Count, join};
    use std::process::{Command, Stdio};

    /// SHA-256 in Base64, by the machine's tools: they know neither this program nor its libraries.
    fn hash(text: &str) -> String {
        let script = "import sys,hashlib,base64; print(base64.b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).decode())";
        let mut python = Command::new("python3");
        let mut child =
            python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
    }

    fn of(collected: Collected) -> String {
        page(&Figures::of(&Overview::default(), collected, vec!["only <some>".to_owned()]))
    }

    #[test]
    fn the_policy_names_the_style_and_the_script() {
        assert_eq!([STYLE_HASH, SCRIPT_HASH], [hash(STYLE), hash(SCRIPT)]);
        let page = of(Collected::default());
        let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
        assert_eq!([between("<style>", "</style>"), between("<script>", "</script>")], [STYLE, SCRIPT]);
    }

    #[test]
    fn the_greatest_page_is_small() {
        let mut collected = Collected::default();
        let text = |number: usize| format!("{number}{}", "\"'".repeat(5000)).into_bytes();
        let count = Count { events: u64::MAX >> 12, failed: u64::MAX >> 13, last: 1 << 40 };
        let mut whole = Vec::new();
        for number in 0..100 {
            let text = text(number);
            for list in [&mut collected.users, &mut collected.keys, &mut collected.executables] {
                list.add(&text, count);
            }
            join(&[&text, &text, &text], &mut whole);
            collected.logins.add(&whole, count);
            join(&[&text, &text, &text, &text], &mut whole);
            collected.accesses.add(&whole, count);
        }
        (0..18_000).for_each(|milli| collected.timeline.add(1_700_000_000_000 + milli, milli % 2 == 0));
        let page = of(collected);
        assert!(page.len() < 200_000, "{}", page.len());
        assert_eq!(page.matches("<g><title>").count(), 180, "as many bars as there may be");
        assert!(page.contains("By login user: 20 of 100<"));
    }

    #[test]
    fn nothing_of_a_log_is_markup() {
        let mut collected = Collected::default();
        let once = Count { events: 1, failed: 0, last: 0 };
        collected.keys.add(b"</td><script>alert('\"')</script>", once);
        let page = of(collected);
        assert!(page.contains("<td>&lt;/td&gt;&lt;script&gt;alert(&#39;&#34;&#39;)&lt;/script&gt;<svg"));
        assert!(page.contains("<p>only &lt;some&gt;</p>"));
        assert_eq!(page.matches("<script").count(), 1);
    }
}
