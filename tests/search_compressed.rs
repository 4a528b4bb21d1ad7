//! rausearch and raureport on logs of which some archives are compressed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const SEARCH: &str = env!("CARGO_BIN_EXE_rausearch");
const REPORT: &str = env!("CARGO_BIN_EXE_raureport");

fn run(program: &str, args: &[&str], input: Option<&[u8]>) -> Output {
    let mut command = Command::new(program);
    command.env("TZ", "UTC").env("LC_ALL", "C").args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().unwrap();
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // in a thread: it answers while it reads; and it may stop reading
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input.unwrap_or_default())));
        child.wait_with_output().unwrap()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// The recorded session many times, a second later each time.
fn log() -> Vec<u8> {
    let demo = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/demo.log")).unwrap();
    let mut all = String::new();
    for round in 0..60u64 {
        for line in demo.lines() {
            let (head, rest) = line.split_once("msg=audit(").unwrap();
            let (second, rest) = rest.split_once('.').unwrap();
            let second = second.parse::<u64>().unwrap() + 20 * round;
            all.push_str(&format!("{head}msg=audit({second}.{rest}\n"));
        }
    }
    all.into_bytes()
}

/// A directory with the log in `parts`, of which those for which `is_packed` are compressed. Cut in the middle of events.
fn directory(log: &[u8], parts: usize, is_packed: impl Fn(usize) -> bool) -> TempDir {
    let dir = TempDir::new().unwrap();
    let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
    for (n, part) in lines.chunks(lines.len().div_ceil(parts)).rev().enumerate() {
        let part = part.concat();
        match n {
            0 => fs::write(dir.path().join("audit.log"), part).unwrap(),
            _ if is_packed(n) => fs::write(dir.path().join(format!("audit.log.{n}.zst")), packed(&part)).unwrap(),
            _ => fs::write(dir.path().join(format!("audit.log.{n}")), part).unwrap(),
        }
    }
    dir
}

#[test]
fn a_mixed_directory_has_the_same_answers() {
    let log = log();
    let plain = directory(&log, 7, |_| false);
    let answers = |dir: &TempDir| {
        let dir = dir.path().to_str().unwrap();
        let raw = run(SEARCH, &["-if", dir, "-r", "-k", "demo"], None);
        let shown = run(SEARCH, &["-if", dir, "-i", "-m", "SYSCALL,LOGIN"], None);
        let window = run(SEARCH, &["-if", dir, "-ts", "11/21/26", "10:05:00", "-te", "11/21/26", "10:12:00"], None);
        let report = run(REPORT, &["-if", dir], None);
        [raw, shown, window, report].map(|output| (output.status.code(), text(&output.stdout)))
    };
    let expected = answers(&plain);
    assert!(expected.iter().all(|(code, out)| *code == Some(0) && !out.is_empty()));
    for is_packed in [|_| true, |n| n % 2 == 0, |n| n > 3] {
        assert!(answers(&directory(&log, 7, is_packed)) == expected);
    }
}

#[test]
fn one_archive_by_name_or_on_standard_input() {
    let log = log();
    let dir = directory(&log, 1, |_| false);
    let (plain, archive) = (dir.path().join("audit.log"), dir.path().join("any.name"));
    fs::write(&archive, packed(&log)).unwrap();
    let expected = run(SEARCH, &["-if", plain.to_str().unwrap(), "-r", "-m", "ALL"], None).stdout;
    assert!(!expected.is_empty());
    assert!(run(SEARCH, &["-if", archive.to_str().unwrap(), "-r", "-m", "ALL"], None).stdout == expected);
    assert!(run(SEARCH, &["-r", "-m", "ALL"], Some(&packed(&log))).stdout == expected);
    assert!(run(SEARCH, &["-r", "-m", "ALL"], Some(&log)).stdout == expected);
}

#[test]
fn damage_costs_one_line_and_what_is_behind_it_in_that_archive() {
    let log = log();
    let dir = directory(&log, 3, |_| true);
    let archive = dir.path().join("audit.log.1.zst");
    let whole = fs::read(&archive).unwrap();
    let all = ["-if", dir.path().to_str().unwrap(), "-r", "-m", "ALL"];
    let good = text(&run(SEARCH, &all, None).stdout);
    for cut in (0..50).map(|n| whole.len() * n / 50) {
        fs::write(&archive, &whole[..cut]).unwrap();
        let output = run(SEARCH, &all, None);
        let (out, notes) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(1), "{notes}");
        let line = format!("Error reading {} (damaged at byte {cut}: it ends too early; ", archive.display());
        assert_eq!(notes.lines().filter(|note| note.starts_with(&line)).count(), 1, "{notes}");
        let mut lines = good.lines();
        assert!(out.lines().all(|line| lines.any(|known| known == line)), "records that were not there");
        assert!(out.starts_with(&good[..good.len() / 4]) && out.ends_with(&good[good.len() * 3 / 4..]), "{cut}");
    }
    let report = run(REPORT, &all[..2], None);
    assert_eq!(report.status.code(), Some(1));
    assert!(text(&report.stdout).contains("Number of events: ") && text(&report.stderr).contains("damaged at byte"));
    for (name, bytes) in [("a.zst", &b""[..]), ("b.zst", b"type=X msg=audit(1.000:1): \n"), ("c", &whole[..20])] {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let output = run(SEARCH, &["-if", path.to_str().unwrap(), "-m", "ALL"], None);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(&format!("Error reading {} (damaged", path.display())), "{name}");
    }
}
