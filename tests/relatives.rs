//! aulast, aulastlog and ausyscall against Debian's: the same logs, the same options, the same answers.
//!
//! What differs is undone by a reason that says why, and is used, or fails the test.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, helpers included; numbers drawn are small"
)]

#[path = "relatives/calls.rs"]
mod calls;
#[path = "differential/random/dice.rs"]
mod dice;
#[path = "relatives/logs.rs"]
mod logs;
#[path = "relatives/programs.rs"]
mod programs;

use dice::Dice;
use programs::{Answer, Programs, ours};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const OPTIONS: [&[&str]; 15] = [
    &[],
    &["--proof"],
    &["--bad"],
    &["--bad", "--proof"],
    &["--debug"],
    &["--user", "root"],
    &["--user", "kevin", "--debug"],
    &["--user", "daemon", "--proof"],
    &["--user", "nosuchuser"],
    &["--tty", "tty"],
    &["--tty", "ssh", "--debug"],
    &["--bad", "--debug", "--tty", "0"],
    &["--extract"],
    &["--extract", "--bad", "--debug", "--proof"],
    &["--user", "root", "--tty", "pts", "--proof", "--extract"],
];

/// Why an answer of aulast differs. Each is used.
const REASONS: [&str; 2] = [
    "--extract: (null) stands for a record in which aulast looked for a field in vain",
    "--bad --proof: --session with what happens to be in memory stands in the search for a login without a name",
];

/// Undoes what is known to differ; counts what was needed.
fn excuse(theirs: &mut Answer, ours: &Answer, used: &mut [usize; 2]) {
    if let (Some(extract), Some(own)) = (&theirs.extract, &ours.extract) {
        let lines = |text: &[u8]| text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut extract, own) = (lines(extract), lines(own));
        for (line, own) in extract.iter_mut().zip(&own).filter(|(line, _)| *line == b"(null)") {
            line.clone_from(own);
            used[0] += 1;
        }
        theirs.extract = Some(extract.join(&b'\n'));
    }
    let text = theirs.text();
    if text.contains(" --session ") {
        let without = |line: &str| match line.split_once(" --session ") {
            Some((search, rest)) => format!("{search}{}\n", rest.find(" -a ").map_or("", |at| &rest[at..])),
            None => format!("{line}\n"),
        };
        theirs.out = text.lines().map(without).collect::<String>().into_bytes();
        used[1] += 1;
    }
}

/// Asks both; what is shown of the present time may need another try.
fn same(programs: &Programs, log: &Path, options: &[&str], piped: bool, used: &mut [usize; 2]) -> Result<(), String> {
    let mut args = options.to_vec();
    args.extend(if piped { vec!["--stdin"] } else { vec!["-f", log.to_str().unwrap()] });
    let mut said = String::new();
    for _ in 0..3 {
        let mut theirs = programs.theirs("aulast", &args, piped.then_some(log));
        let ours = programs.ours("aulast", &args, piped.then_some(log));
        excuse(&mut theirs, &ours, used);
        if (theirs.code, &theirs.out, &theirs.extract) == (ours.code, &ours.out, &ours.extract)
            && theirs.debug() == ours.debug()
        {
            return Ok(());
        }
        let show = |answer: &Answer| {
            format!(
                "{:?}\n{}\n{:?}",
                answer.code,
                answer.text(),
                answer.debug().join(&b'\n').escape_ascii().to_string()
            )
        };
        said = format!("{args:?}\ntheirs {}\nours {}", show(&theirs), show(&ours));
    }
    Err(said)
}

/// Recorded logs, unpacked.
fn recordings(dir: &Path) -> Vec<PathBuf> {
    let packed = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search/recorded")).unwrap();
    let packed =
        packed.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|ext| ext == "zst"));
    fs::create_dir_all(dir).unwrap();
    let unpack = |path: PathBuf| {
        let log = dir.join(path.file_stem().unwrap());
        fs::write(&log, zstd::decode_all(fs::File::open(path).unwrap()).unwrap()).unwrap();
        log
    };
    let logs: Vec<PathBuf> = packed.map(unpack).collect();
    assert!(logs.len() > 10, "recordings are missing");
    logs
}

#[test]
fn logins_of_recorded_logs() {
    let Some(programs) = Programs::find("relatives-recorded") else { return };
    let mut used = [0; 2];
    let logs = recordings(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("relatives-recorded/all"));
    let mut lines = 0;
    for log in &logs {
        for (at, options) in OPTIONS.iter().enumerate() {
            same(&programs, log, options, at % 2 == 0, &mut used).unwrap_or_else(|said| panic!("{log:?} {said}"));
        }
        lines += programs.ours("aulast", &["-f", log.to_str().unwrap()], None).text().lines().count();
        let (theirs, ours) = (
            programs.theirs("aulastlog", &["--stdin"], Some(log)),
            programs.ours("aulastlog", &["--stdin"], Some(log)),
        );
        assert_eq!((theirs.code, theirs.text()), (ours.code, ours.text()), "{log:?}");
    }
    println!("aulast: {} recordings, {lines} sessions", logs.len());
    assert!(lines > 5);
}

#[test]
fn logins_of_random_logs() {
    let Some(programs) = Programs::find("relatives-random") else { return };
    let (mut used, mut sessions) = ([0; 2], 0);
    for seed in 0..100 {
        let mut dice = Dice::part(4, seed);
        let log = programs.log(&logs::any(&mut dice, 70));
        for turn in 0..4 {
            let options = *dice.pick(&OPTIONS);
            same(&programs, &log, options, turn % 2 == 0, &mut used).unwrap_or_else(|said| panic!("{seed}: {said}"));
        }
        sessions += programs.ours("aulast", &["-f", log.to_str().unwrap()], None).text().lines().count();
    }
    println!("aulast: 400 cases, {sessions} sessions; {used:?} needed {REASONS:?}");
    assert!(sessions > 300 && used.iter().all(|&count| count > 0), "{used:?}");
}

#[test]
fn logins_of_spoilt_logs() {
    let Some(programs) = Programs::find("relatives-spoilt") else { return };
    let mut used = [0; 2];
    for seed in 0..100 {
        let mut dice = Dice::part(5, seed);
        let mut lines = logs::any(&mut dice, 50);
        logs::spoil(&mut dice, &mut lines);
        let log = programs.log(&lines);
        for turn in 0..4 {
            let options = *dice.pick(&OPTIONS);
            same(&programs, &log, options, turn % 2 == 0, &mut used).unwrap_or_else(|said| panic!("{seed}: {said}"));
        }
    }
}

const LAST_OPTIONS: [&[&str]; 4] =
    [&["--stdin"], &["--stdin", "-u", "root"], &["--user", "daemon", "--stdin"], &["-u", "nosuchuser"]];

/// aulastlog leaves out the event behind every login that it takes. Another one, of no interest, behind each makes that harmless.
fn spaced(lines: &[String]) -> Vec<String> {
    let mut spaced = Vec::new();
    for line in lines {
        spaced.push(line.clone());
        if line.contains("type=USER_LOGIN") && line.contains("res=success") {
            let stamp = &line[line.find("msg=").unwrap()..line.find("):").unwrap() + 2];
            spaced.push(format!("type=USER_CMD {stamp} pid=1"));
        }
    }
    spaced
}

#[test]
fn last_logins_of_random_logs() {
    let Some(programs) = Programs::find("relatives-last") else { return };
    let mut unlike = 0;
    for seed in 0..150 {
        let mut dice = Dice::part(6, seed);
        let lines = logs::any(&mut dice, 70);
        let args = *dice.pick(&LAST_OPTIONS);
        let log = programs.log(&lines);
        let (theirs, ours) =
            (programs.theirs("aulastlog", args, Some(&log)), programs.ours("aulastlog", args, Some(&log)));
        unlike += usize::from(theirs.out != ours.out);
        let log = programs.log(&spaced(&lines));
        let theirs = programs.theirs("aulastlog", args, Some(&log));
        assert_eq!((theirs.code, theirs.text()), (ours.code, ours.text()), "{seed}: {args:?}");
    }
    println!("aulastlog: 150 cases, {unlike} where it leaves logins out");
    assert!(unlike > 0, "Debian's no longer leaves logins out");
}

/// Command lines that are wrong for both, and empty logs.
#[test]
fn wrong_words_and_nothing_to_read() {
    let Some(programs) = Programs::find("relatives-wrong") else { return };
    let log = programs.log(&[]);
    for words in
        ["--bogus", "-x", "root", "-f /nonexistent/log", "--stdin -f x", "-f x --stdin", "--user a --user b", "--stdin"]
    {
        let args: Vec<&str> = words.split_whitespace().collect();
        let (theirs, ours) = (programs.theirs("aulast", &args, Some(&log)), programs.ours("aulast", &args, Some(&log)));
        assert_eq!((theirs.code, theirs.text()), (ours.code, ours.text()), "{words}");
        assert_eq!(ours.code == Some(1), words != "--stdin", "{words}");
    }
    for words in ["--bogus", "root", "-u", "--stdin --user nosuchuser", "--stdin"] {
        let args: Vec<&str> = words.split_whitespace().collect();
        let (theirs, ours) =
            (programs.theirs("aulastlog", &args, Some(&log)), programs.ours("aulastlog", &args, Some(&log)));
        assert_eq!((theirs.code, theirs.text()), (ours.code, ours.text()), "{words}");
    }
}

/// What compat/DIFFERENCES.md says of aulast's command lines and of what it reads is so.
#[test]
fn what_is_known_to_differ_does() {
    let Some(programs) = Programs::find("relatives-differ") else { return };
    let mut dice = Dice::part(7, 0);
    let mut lines = logs::any(&mut dice, 400);
    lines.push("type=DAEMON_START msg=audit(1800000000.000:1): op=start kernel=\u{1b}[31m6.1 x=1".to_owned());
    lines.push("type=SYSTEM_BOOT msg=audit(1800000000.000:2): pid=1".to_owned());
    let log = programs.log(&lines);
    let packed = log.with_file_name("packed.zst");
    fs::write(&packed, zstd::encode_all(fs::read(&log).unwrap().as_slice(), 1).unwrap()).unwrap();
    let [path, dir, packed] = [&log, log.parent().unwrap(), packed.as_path()].map(|path| path.to_str().unwrap());
    let ask = |args: &[&str]| {
        let (theirs, ours) = (programs.theirs("aulast", args, Some(&log)), programs.ours("aulast", args, Some(&log)));
        ((theirs.code, theirs.text()), (ours.code, ours.text()))
    };
    for args in [&["--help"][..], &["-f", path, "--user"], &["-f", path, "--tty"], &["-f", path, "--user", "-x"]] {
        let (theirs, ours) = ask(args);
        assert_ne!(theirs.0, ours.0, "{args:?}");
    }
    let (theirs, all) = ask(&["-f", path]);
    assert_eq!(theirs.1.replace("\u{1b}[31m6.1        ", "\\033[31m6.1     "), all.1);
    assert_ne!(theirs.1, all.1);
    for other in [dir, packed] {
        assert_eq!(ask(&["-f", other]), ((Some(0), String::new()), all.clone()), "{other}");
    }
}

/// Whatever is in a log: there is an answer, soon, and what is good in it is found.
#[test]
fn hostile_logs_do_no_harm() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("relatives-hostile");
    fs::create_dir_all(&dir).unwrap();
    let login = "type=LOGIN msg=audit(1700000000.100:1): pid=5 uid=0 old-auid=4294967295 auid=0 old-ses=4294967295 ses=1 res=1\n\
         type=USER_LOGIN msg=audit(1700000000.200:2): pid=5 uid=0 auid=0 ses=1 msg='op=login id=0 hostname=\u{1b}[2Jx addr=? terminal=tty7 res=success'\n";
    let begun = |ses: u32| {
        format!("type=LOGIN msg=audit(1700000001.000:{ses}): pid=9 uid=0 old-auid=1 auid=1 old-ses=1 ses={ses} res=1\n")
    };
    let hostile: [Vec<u8>; 5] = [
        [b"type=LOGIN msg=audit(1700000000.000:1): ".as_slice(), "ses=1 ".repeat(1 << 20).as_bytes()].concat(),
        vec![0; 4 << 20],
        (0..=255).cycle().take(4 << 20).collect(),
        (2..60_000).map(begun).collect::<String>().into_bytes(),
        ["type=SYSTEM_BOOT msg=audit(1700000000.000:1): \n", &"node= type= msg=audit(:): \n".repeat(50_000)]
            .concat()
            .into(),
    ];
    for (number, hostile) in hostile.iter().enumerate() {
        let log = dir.join("audit.log");
        fs::write(&log, [hostile.as_slice(), b"\n", login.as_bytes()].concat()).unwrap();
        let start = Instant::now();
        let answer = ours("aulast", &["--stdin", "--debug"], Some(&log), &dir);
        let text = answer.text();
        assert_eq!(answer.code, Some(0), "{number}");
        assert!(text.contains("tty7         \\033[2Jx         Tue Nov 14 22:13   still logged in"), "{number}: {text}");
        let answer = ours("aulastlog", &["--stdin", "-u", "root"], Some(&log), &dir);
        assert!(answer.text().contains("root             tty7         \\033[2Jx "), "{number}");
        assert!(start.elapsed() < Duration::from_secs(60), "{number}");
    }
}
