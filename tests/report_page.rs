//! raureport --html in a browser: what it shows is what the text reports say, charts included, and nothing is loaded or goes wrong.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

#[path = "report_page/browser.rs"]
mod browser;

use browser::{Pages, browser, command, console, probe, raureport};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The rows of a list, cell by cell.
fn rows(found: &Value, id: &str) -> Vec<Vec<String>> {
    let rows = found["tables"][id].as_array().map(Vec::as_slice).unwrap_or_default();
    let cells = |row: &Value| row.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap().to_owned()).collect();
    rows.iter().map(cells).collect()
}

fn number(text: &str) -> f64 {
    text.replace(',', "").parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// The rows of a summary as the page has them: those that are equally frequent by name, 20 at most. And how many there are.
fn summary(log: &Path, option: &str) -> (Vec<(String, u64)>, usize) {
    let text = raureport(log, &[option, "-i", "--summary"]);
    let row = |line: &str| {
        let (count, name) = line.split_once("  ")?;
        Some((name.to_owned(), count.parse::<u64>().ok()?))
    };
    let mut rows: Vec<_> = text.lines().filter_map(row).collect();
    rows.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let all = rows.len();
    rows.truncate(20);
    (rows, all)
}

fn the_numbers_are_those_of_the_text(log: &Path, found: &Value, names: Names) -> BTreeMap<String, f64> {
    let text = raureport(log, &[]);
    let lines = text.lines().filter_map(|line| line.strip_prefix("Number of ")?.split_once(": "));
    let said: BTreeMap<String, f64> = lines.map(|(name, count)| (name.to_owned(), number(count))).collect();
    let shown = found["numbers"].as_object().unwrap();
    let shown: BTreeMap<String, f64> = shown.iter().map(|(k, v)| (k.clone(), number(v.as_str().unwrap()))).collect();
    assert_eq!(shown, said);
    for (id, option) in [("users", "-u"), ("keys", "-k"), ("executables", "-x")] {
        if names == Names::Wild {
            continue;
        }
        let (expected, all) = summary(log, option);
        let rows = rows(found, id);
        let shown: Vec<_> = rows.iter().map(|row| (row[0].clone(), number(&row[1]) as u64)).collect();
        assert_eq!(shown, expected, "{id}");
        let note = found["notes"][id].as_str().unwrap();
        let all_of = if all > 20 { format!("20 of {all}") } else { format!("all {all}") };
        assert!(all == 0 || note.replace(',', "").ends_with(&all_of), "{id}: {note}");
        for row in rows {
            let failed = if id == "executables" { failed_of(log, &row[0]) } else { continue };
            assert_eq!(number(&row[2]) as u64, failed, "{}", row[0]);
        }
    }
    let times = |id: &str, column: usize| rows(found, id).iter().map(|row| number(&row[column])).sum::<f64>();
    let whole = |id: &str| !found["notes"][id].as_str().unwrap().contains(" of ");
    assert!(!whole("logins") || times("logins", 3) == said["failed logins"]);
    assert!(!whole("accesses") || times("accesses", 4) == said["failed syscalls"]);
    said
}

/// How many events of an executable failed.
fn failed_of(log: &Path, name: &str) -> u64 {
    let text = raureport(log, &["-x", "-i", "--summary", "--failed"]);
    let found = text.lines().find_map(|line| line.split_once("  ").filter(|(_, exe)| *exe == name));
    found.map_or(0, |(count, _)| count.parse().unwrap())
}

fn the_charts_measure_the_numbers(found: &Value, said: &BTreeMap<String, f64>) {
    let bars = found["timeline"].as_array().unwrap();
    let of = |name: &str| bars.iter().map(|bar| bar[name].as_f64().unwrap()).collect::<Vec<_>>();
    let (events, failed) = (of("events"), of("failed"));
    assert_eq!(events.iter().sum::<f64>(), said["events"]);
    for (at, (numbers, heights)) in [(&events, of("height")), (&failed, of("failedHeight"))].into_iter().enumerate() {
        let Some(scale) = found["scales"].get(at) else {
            assert!(bars.is_empty());
            continue;
        };
        let top = number(scale["says"].as_str().unwrap().split(' ').next().unwrap());
        let pixels = scale["height"].as_f64().unwrap();
        let is_right = |(number, height): (&f64, f64)| (number / top * pixels - height).abs() < 0.2;
        assert!(pixels > 30.0 && numbers.iter().zip(heights).all(is_right), "{scale} {bars:?}");
    }
    let widths = of("width");
    assert!(widths.iter().all(|width| *width > 0.5 && (width - widths[0]).abs() < 0.1), "{widths:?}");
    assert!(of("left").is_sorted());
    let details: Vec<(f64, f64)> = rows(found, "time").iter().map(|row| (number(&row[1]), number(&row[2]))).collect();
    assert_eq!(details, events.iter().copied().zip(failed.iter().copied()).collect::<Vec<_>>());
    for (id, column) in [("users", 1), ("keys", 1), ("executables", 1), ("logins", 3), ("accesses", 4)] {
        let rows = rows(found, id);
        let most = rows.first().map_or(1.0, |row| number(&row[column]));
        for (row, part) in rows.iter().zip(found["bars"][id].as_array().unwrap()) {
            let (part, of_failed) = (part["events"].as_f64().unwrap(), part["failed"].as_f64().unwrap());
            assert!((part - number(&row[column]) / most).abs() < 0.01, "{id} {row:?} {part}");
            let failed = if column == 1 { number(&row[2]) } else { number(&row[column]) };
            assert!((of_failed - failed / most).abs() < 0.01, "{id} {row:?} {of_failed}");
        }
    }
}

/// A list by its first column: upwards, and then downwards.
fn a_click_sorts(found: &Value) {
    let names = |sorted: &Value| -> Vec<String> {
        sorted["rows"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    for sorted in found["sorted"].as_array().unwrap() {
        let (first, second) = (names(&sorted["first"]), names(&sorted["second"]));
        let numeric = sorted["numeric"].as_bool().unwrap();
        let order = |name: &String| {
            if numeric { (number(name) as u64, Vec::new()) } else { (0, name.encode_utf16().collect::<Vec<_>>()) }
        };
        let ordered = |names: &[String], up: bool| {
            names.windows(2).all(|two| (order(&two[0]) <= order(&two[1])) == up || order(&two[0]) == order(&two[1]))
        };
        assert!(ordered(&first, !numeric) && ordered(&second, numeric), "{sorted}");
        let words = if numeric { ["descending", "ascending"] } else { ["ascending", "descending"] };
        assert_eq!([&sorted["first"]["order"], &sorted["second"]["order"]], words);
    }
}

fn is_valid(page: &Path) {
    match Command::new("tidy").args(["-e", "-q", "-utf8"]).arg(page).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(e) => println!("SKIPPED: the markup is not validated: tidy cannot be run ({e})"),
    }
}

/// Whether the text reports write names as the page does: it cuts them, and writes out what hides or turns text.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Names {
    Tame,
    Wild,
}

/// All of it, for one log; gives what the page says, or why it could not be asked.
fn look_at(log: &Path, names: Names) -> Result<(String, Value), String> {
    let dir = tempfile::tempdir().unwrap();
    let Pages { text, page, probed, without_script } = Pages::of(dir.path(), log);
    is_valid(&page);
    let (dom, notes) = browser(dir.path(), &[], &page)?;
    assert_eq!(console(&notes), Vec::<&str>::new());
    assert!(
        dom.matches("<button").count() > 0 || !dom.contains("<table class=\"sortable"),
        "the script runs under the policy"
    );
    for loading in ["src=", "href=", "url(", "@import", "http:", "https:"] {
        assert!(!markup(&text).contains(loading), "{loading}");
    }
    let wide = probe(dir.path(), &probed, 1200)?;
    let said = the_numbers_are_those_of_the_text(log, &wide, names);
    the_charts_measure_the_numbers(&wide, &said);
    a_click_sorts(&wide);
    for width in [360, 700] {
        let narrow = probe(dir.path(), &probed, width)?;
        assert_eq!(narrow["window"], width);
        assert!(narrow["scroll"].as_u64().unwrap() <= u64::from(width), "{width}: {}", narrow["scroll"]);
        assert_eq!(narrow["beyond"], Value::Array(Vec::new()), "what sticks out at {width}");
    }
    assert_eq!(wide["resources"], 0);
    assert_eq!(wide["strays"], Value::Array(Vec::new()));
    let (dom, _) = browser(dir.path(), &[], &without_script)?;
    assert!(!dom.contains("<button"), "without a script nothing can be clicked that does nothing");
    let events = wide["numbers"]["events"].as_str().unwrap();
    assert!(dom.contains(&format!("<b>{events}</b>")) && dom.matches("<tr").count() == text.matches("<tr").count());
    Ok((text, wide))
}

/// The page without its texts: tags only.
fn markup(page: &str) -> String {
    page.split('<').filter_map(|part| Some(part.split_once('>')?.0)).collect::<Vec<_>>().join("\n")
}

fn recorded(dir: &Path, name: &str) -> PathBuf {
    let packed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search/recorded").join(format!("{name}.log.zst"));
    let log = dir.join("recorded.log");
    fs::write(&log, zstd::decode_all(fs::File::open(packed).unwrap()).unwrap()).unwrap();
    log
}

/// A call, as auditd with enrichment writes it; texts that need it in hexadecimal digits.
fn call(milli: u64, serial: u64, exe: &str, failed: bool) -> String {
    let text = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let (success, exit) = if failed { ("no", -13) } else { ("yes", 3) };
    let (sec, milli, auid) = (1_700_000_000 + milli / 1000, milli % 1000, 1000 + serial % 30);
    let (exe, key) = (text(exe), text(exe.get(..exe.len().min(40)).unwrap_or("key")));
    format!(
        "type=SYSCALL msg=audit({sec}.{milli:03}:{serial}): arch=c000003e syscall=257 success={success} exit={exit} a0=0 a1=0 a2=0 a3=0 items=1 \
         ppid=1 pid=7 auid={auid} uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"x\" exe={exe} \
         key={key}\u{1d}ARCH=x86_64 SYSCALL=openat AUID=\"user<{auid}>\" UID=\"root\"\n\
         type=PATH msg=audit({sec}.{milli:03}:{serial}): item=0 name={exe} inode=1 dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\n"
    )
}

fn login(sec: u64, serial: u64, account: &str) -> String {
    let account = account.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    format!(
        "type=USER_LOGIN msg=audit({sec}.000:{serial}): pid=7 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct={account} \
         exe=\"/usr/sbin/sshd\" hostname=h\"><b>{serial} addr=? terminal=ssh res=failed'\n"
    )
}

#[test]
fn a_recorded_log_is_shown_as_the_text_reports_have_it() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["stig-raw", "selinux-enriched"] {
        if let Err(why) = look_at(&recorded(dir.path(), name), Names::Tame) {
            return println!("SKIPPED: {why}");
        }
    }
}

#[test]
fn a_log_of_many_values_is_cut_and_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("many.log");
    let event = |n: u64| call(n * 977, n, &format!("/usr/bin/p{}", n * n % 301), n.is_multiple_of(7));
    fs::write(&log, (1..3000).map(event).collect::<String>()).unwrap();
    match look_at(&log, Names::Tame) {
        Ok((text, _)) => assert!(text.contains("By login user: 20 of 30<"), "{text}"),
        Err(why) => println!("SKIPPED: {why}"),
    }
}

#[test]
fn a_log_by_an_enemy_is_text_and_nothing_else() {
    let evil = [
        "<script>document.title='run'</script>",
        "\"><img src=x onerror=\"document.title='run'\">",
        "' onmouseover='x",
        "</title></style></script><svg/onload=document.title='run'>",
        "&lt;b&gt;&amp;",
        "\u{202e}gnp.exe\u{2066}",
        "\u{1b}[31m\r\n\t\u{7}",
        "--><!--",
        "مرحبا/שלום",
    ];
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("evil.log");
    let mut text = String::new();
    for (at, evil) in (1..).zip(evil) {
        text += &call(at * 1000, at, evil, true);
        text += &login(1_700_000_000 + at, 100 + at, evil);
    }
    text += &call(20_000, 200, &"/no-blank".repeat(300), true);
    fs::write(&log, text).unwrap();
    match look_at(&log, Names::Wild) {
        Ok((text, found)) => {
            assert_eq!(found["title"], "Audit report");
            assert!(!text.contains("<img") && !text.contains('\u{202e}') && !text.contains('\u{1b}'));
            assert!(text.contains("\\u{202e}gnp.exe") && text.contains("\\033[31m\\015\\012"));
        }
        Err(why) => println!("SKIPPED: {why}"),
    }
}

#[test]
fn an_empty_log_and_one_event_have_a_page_too() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("empty", String::new()), ("one", call(123, 1, "/usr/bin/cat", false))] {
        let log = dir.path().join(name);
        fs::write(&log, text).unwrap();
        if let Err(why) = look_at(&log, Names::Tame) {
            return println!("SKIPPED: {why}");
        }
    }
}

#[test]
fn a_plot_follows_the_default_report() {
    let dir = tempfile::tempdir().unwrap();
    let log = recorded(dir.path(), "stig-raw");
    let (text, plot) = (raureport(&log, &[]), raureport(&log, &["--plot"]));
    let plot = plot.strip_prefix(&text).unwrap();
    for title in [
        "Events by time, 10 seconds to a bar\n",
        "\nUsers, 5 of 5\n",
        "\nExecutables, 10 of 55\n",
        "\nFailed logins, 2 of 2\n",
    ] {
        assert!(plot.contains(title), "{title}: {plot}");
    }
    let (users, _) = summary(&log, "-u");
    let shown: Vec<&str> = plot.split_once("\nUsers, ").unwrap().1.lines().skip(1).take(users.len()).collect();
    for ((name, count), line) in users.iter().zip(shown) {
        assert!(line.trim_start().starts_with(name.as_str()) && line.contains(&format!(" {count} ")), "{line}");
    }
    assert!(plot.contains('█') && !plot.contains('\u{1b}'));
    let ascii = command(&log, &["--plot"]).env("LC_ALL", "C").output().unwrap();
    assert!(ascii.stdout.is_ascii() && ascii.stdout.contains(&b'#'));
}

#[test]
fn what_does_not_go_together_is_told_in_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let (log, page) = (dir.path().join("log"), dir.path().join("page.html"));
    fs::write(&log, call(0, 1, "/bin/x", false)).unwrap();
    let page = page.to_str().unwrap();
    for (args, said) in [
        (vec!["--html"], "Argument is required for --html"),
        (vec!["--html", "-i"], "Argument is required for --html"),
        (vec!["--html", page, "--plot"], "Error - --html and --plot exclude each other"),
        (
            vec!["--html", page, "-u"],
            "Error - --html is of the default report: it goes with no other, nor with --summary, --by and --format",
        ),
        (
            vec!["--plot", "--summary"],
            "Error - --plot is of the default report: it goes with no other, nor with --summary, --by and --format",
        ),
        (vec!["--html", "/dev/null"], "Error writing /dev/null (it is no regular file; - is standard output)"),
        (vec!["--html", "/nonexistent/x"], "Error writing /nonexistent/x (No such file or directory)"),
    ] {
        let output = command(&log, &args).output().unwrap();
        let notes = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), notes.lines().last()), (Some(1), Some(said)), "{args:?}");
    }
    assert!(!Path::new(page).exists());
    let begun = "type=USER_START msg=audit(1000000000.000:1): pid=1 uid=0 auid=0 ses=1 msg='op=x exe=\"/x\" hostname=? addr=? terminal=? res=success'\n";
    fs::write(&log, begun.to_owned() + &call(0, 2, "/bin/x", false)).unwrap();
    let page = raureport(&log, &["--html", "-", "--success", "-ts", "01/01/20", "-i"]);
    assert!(page.contains("<p>2023-11-14 22:13:20 to 2023-11-14 22:13:20 (UTC+00:00)</p>"), "of what is shown: {page}");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains("<p>from 2020-01-01 00:00:00 on; only what succeeded</p>"));
}

#[test]
fn one_thread_and_several_make_the_same_page() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("many.log");
    let event = |n: u64| call(n * 977, n, &format!("/usr/bin/p{}", n * n % 40_009), n.is_multiple_of(7));
    fs::write(&log, (1..40_000).map(event).collect::<String>()).unwrap();
    let page = |command: &mut Command| {
        let output = command.args(["--html", "-", "-if"]).arg(&log).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // when it was made
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter(|line| !line.starts_with("<footer>")).map(str::to_owned).collect::<Vec<_>>()
    };
    let program = env!("CARGO_BIN_EXE_raureport");
    let one = page(Command::new("taskset").args(["-c", "0", program]));
    let several = page(&mut Command::new(program));
    assert!(one.len() > 100 && one == several);
    if std::thread::available_parallelism().map_or(1, usize::from) == 1 {
        println!("SKIPPED: there is one processor only");
    }
}
