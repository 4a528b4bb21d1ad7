//! rausearch and raureport against Debian's ausearch and aureport on logs that its auditd recorded (tests/data/search/recorded): asked for
//! what occurs in them, in all formats. Every difference is undone by an entry of [`REASONS`], or fails the test.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

#[path = "search/harness.rs"]
mod harness;
#[path = "search/newer.rs"]
mod newer;
#[path = "search/reports.rs"]
mod reports;
#[path = "search/undo.rs"]
mod undo;
#[path = "search/values.rs"]
mod values;

use harness::{Task, judge, oracle, run};
use newer::REASONS;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use values::{Values, option_sets};

/// In turn, one for each option set; and each without conditions.
const FORMATS: [&[&str]; 24] = [
    &[],
    &["--raw"],
    &["-i"],
    &["--format", "csv"],
    &["--format", "text"],
    &["--format", "raw"],
    &["--format", "interp", "--escape", "shell"],
    &["--format", "csv", "--extra-keys", "--extra-labels", "--extra-obj2", "--extra-time"],
    &["-i"],
    &["--format", "default", "--escape", "shell_quote"],
    &["-r", "-l"],
    &["-i", "--escape", "shell_quote"],
    &["--format", "csv", "--extra-obj2"],
    &["--format", "text", "--escape", "shell"],
    &["--format", "default"],
    &["-i", "--escape", "tty"],
    &["--raw"],
    &["--format", "csv", "--extra-keys", "--escape", "raw"],
    &["--format", "interpret"],
    &["--format", "text", "--escape", "raw"],
    &["-i", "--escape", "raw"],
    &["--format", "csv", "--extra-labels", "--escape", "shell_quote"],
    &["--format", "csv", "--extra-time", "--escape", "tty"],
    &["--format", "text", "--escape", "shell_quote"],
];

/// A recording, unpacked: a file, or a directory of files.
struct Recording {
    name: String,
    path: PathBuf,
    text: Vec<u8>,
}

/// Unpacks all, or those that `RAUDITD_RECORDED` names, for a test of this name.
fn recordings(test: &str) -> Vec<Recording> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search/recorded");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if made.exists() {
        fs::remove_dir_all(&made).unwrap();
    }
    let made = made.join("all");
    fs::create_dir_all(&made).unwrap();
    let mut entries: Vec<PathBuf> = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let wanted = std::env::var("RAUDITD_RECORDED").ok();
    let mut recordings = Vec::new();
    for entry in entries.iter().filter(|entry| entry.extension().is_none_or(|extension| extension != "md")) {
        let name = entry.file_stem().unwrap().to_str().unwrap().to_owned();
        if wanted.as_ref().is_some_and(|wanted| !wanted.contains(name.trim_end_matches(".log"))) {
            continue;
        }
        let path = made.join(&name);
        let text = if entry.is_dir() {
            fs::create_dir_all(&path).unwrap();
            let mut packed: Vec<PathBuf> = fs::read_dir(entry).unwrap().map(|file| file.unwrap().path()).collect();
            packed.sort();
            packed.iter().flat_map(|file| unpack(file, &path.join(file.file_stem().unwrap()))).collect()
        } else {
            unpack(entry, &path)
        };
        recordings.push(Recording { name, path, text });
    }
    assert!(recordings.len() >= 14 || wanted.is_some(), "recordings are missing");
    recordings
}

fn unpack(packed: &Path, path: &Path) -> Vec<u8> {
    let text = zstd::decode_all(fs::File::open(packed).unwrap()).unwrap();
    fs::write(path, &text).unwrap();
    text
}

/// Some dates and times of a log, in order, as ausearch takes them.
fn times(path: &Path) -> Vec<[String; 2]> {
    let output = rausearch(path, &["--format", "csv"]);
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows: Vec<&str> = rows.lines().skip(1).collect();
    let stamps = rows.iter().step_by(rows.len() / 5 + 1).filter_map(|row| {
        let mut columns = row.split(',').skip(2);
        Some([columns.next()?.to_owned(), columns.next()?.to_owned()])
    });
    stamps.collect()
}

fn rausearch(log: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    command.env("TZ", "UTC").env("LC_ALL", "C").stdin(Stdio::null()).arg("-if").arg(log).args(args);
    command.output().unwrap()
}

fn tasks(recordings: &[Recording]) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for (at, recording) in recordings.iter().enumerate() {
        let mut add = |program, args| {
            tasks.push(Task { program, log: recording.name.clone(), path: recording.path.clone(), args });
        };
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let times = times(&recording.path);
        let sets = option_sets(&Values::read(&recording.text), &times);
        println!("{}: {} bytes, {} option sets", recording.name, recording.text.len(), sets.len());
        assert!(sets.len() >= 200, "{}: too few option sets", recording.name);
        FORMATS.iter().for_each(|format| add("ausearch", owned(format)));
        for (number, set) in sets.into_iter().enumerate() {
            let format = FORMATS[(number + 5 * at) % FORMATS.len()];
            add("ausearch", [set, owned(format)].concat());
        }
        // (of each pair of a recording RAW and ENRICHED one has every report)
        let reports = reports::main();
        reports.for_each(|report| add("aureport", owned(&report)));
        for [date, time] in &times {
            add("aureport", owned(&["-ts", date, time]));
            add("aureport", owned(&["-te", date, time, "-i"]));
        }
    }
    tasks
}

#[test]
fn recorded_logs_are_answered_as_by_ausearch() {
    let root = match oracle() {
        Ok(root) => root,
        Err(why) => {
            println!("SKIPPED: {why}");
            return;
        }
    };
    let recordings = recordings("recorded");
    let tasks = tasks(&recordings);
    // (in every log there is what ausearch does not show, and so most searches without a condition differ)
    assert!(judge(run(&root, &tasks, REASONS), REASONS) > tasks.len() / 3, "too little is compared");
}

/// Each line of the output as an object.
fn objects(log: &Path, args: &[&str]) -> Vec<Value> {
    let output = rausearch(log, args);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.code().is_some_and(|code| code <= 1) && !err.contains("panicked"), "{args:?}: {err}");
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{args:?}: {e}: {line}"))).collect()
}

/// Each holds for some events of most recordings.
const EXPRESSIONS: [&str; 7] = [
    r"\record_type == SYSCALL",
    "uid == 0 && ! auid == 1000",
    "auid i= unset",
    r#"exe i= "/usr/sbin/auditctl" || exe r= "\"/usr/local/bin/odd\"""#,
    r"\regexp /ses=[0-9]+ /",
    "success i= yes && ! comm r= nosuch",
    "key r= nosuchkey || pid == 1",
];

#[test]
fn every_recorded_event_is_an_object_and_each_expression_holds_or_not() {
    for Recording { name, path, .. } in recordings("objects") {
        let all = objects(&path, &["--format", "json"]).len();
        let others = ["ecs", "ocsf"].map(|format| objects(&path, &["--format", format]).len());
        assert!(all > 100 && others == [all; 2], "{name}: {all} {others:?}");
        let mut found = 0;
        for expression in EXPRESSIONS {
            let holds = objects(&path, &["--format", "json", "--expr", expression]).len();
            let holds_not = objects(&path, &["--format", "json", "--expr", &format!("! ({expression})")]).len();
            assert!(holds <= all && holds_not <= all, "{name}: {expression}");
            // of these each record has what is asked for, and one record of an event is enough for either
            assert!(!expression.starts_with('\\') || holds + holds_not >= all, "{name}: {expression}");
            found += usize::from(holds > 0 && holds < all);
        }
        assert!(found >= 3, "{name}: {found} expressions tell events apart");
    }
}
