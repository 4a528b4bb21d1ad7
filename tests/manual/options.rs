//! The options that a program takes, those of its `--help`, and those of its page are the same.

use crate::help::Help;
use crate::page::Page;
use crate::programs::{ALL, Program, top};
use std::collections::BTreeSet;
use std::fs;

/// A screen, and a paper of a terminal's width.
const COLUMNS: usize = 80;
const LINES: usize = 60;

#[test]
fn help_is_short() {
    for program in ALL {
        let help = program.help();
        let wide: Vec<&str> = help.lines().filter(|line| line.chars().count() > COLUMNS).collect();
        assert!(wide.is_empty(), "{}: {wide:#?}", program.name);
        assert!(help.lines().count() <= LINES, "{}: {} lines", program.name, help.lines().count());
    }
}

#[test]
fn help_and_page_name_the_same_options() {
    for program in ALL {
        let (help, page) = (Help::read(&program.help()), Page::read(&program.page()));
        assert_eq!(help.names(), page.options(), "{}: left --help, right the page", program.name);
        let commands = page.keys("");
        for (name, _) in &help.commands {
            assert!(commands.contains(name), "{}: the page has no entry .It Cm {name}", program.name);
        }
    }
}

/// Options that a program might have. (Those of two letters, and long ones, come from the table that the help is made of.)
fn guesses() -> impl Iterator<Item = String> {
    ('a'..='z').chain('A'..='Z').chain('0'..='9').map(|letter| format!("-{letter}"))
}

/// Whether the program takes it. The word behind is wrong for every program, so that none begins to work.
fn is_taken(program: &Program, option: &str) -> bool {
    let output = program.run(&[option, "--no-such-option", "--no-such-option"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let refusals = [
        format!("{option} is an unsupported option"),
        format!("unexpected argument '{option}'"),
        format!("Option {option} is invalid"),
        format!("{option} is passed over"),
    ];
    assert!(output.status.success() || !said.is_empty(), "{} {option} says nothing", program.name);
    !refusals.iter().any(|refusal| said.contains(refusal))
}

#[test]
fn programs_take_the_options_they_tell_and_no_others() {
    for name in ["rauditd", "raudispd", "audisp-remote", "rausearch", "raureport", "aulast", "aulastlog"] {
        let program = Program::named(name);
        let told = Help::read(&program.help()).names();
        let refused: Vec<&String> = told.iter().filter(|option| !is_taken(&program, option)).collect();
        assert!(refused.is_empty(), "{name} --help tells {refused:?}, which it refuses");
        let untold = guesses().filter(|option| !told.contains(option));
        let hidden: Vec<String> = untold.filter(|option| is_taken(&program, option)).collect();
        assert!(hidden.is_empty(), "{name} takes {hidden:?}, of which --help says nothing");
    }
}

/// The long options that a program's source compares words with, tests left out.
fn in_sources(files: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(top().join(file)).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for literal in code.split('"').skip(1).step_by(2) {
            let name = literal.strip_prefix("--").unwrap_or("");
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
                found.insert(literal.to_owned());
            }
        }
    }
    found
}

/// Where programs that read their options without a table do so.
#[test]
fn options_of_the_sources_are_told() {
    let sinks = "crates/sinks/src/lib.rs";
    for (name, files) in [
        ("augenrules", vec!["crates/netlink/src/ctl/augenrules.rs"]),
        ("ausyscall", vec!["crates/search/src/relatives/syscall.rs"]),
        ("audisp-af_unix", vec![sinks, "crates/sinks/src/af_unix/options.rs"]),
        ("audisp-filter", vec![sinks, "crates/sinks/src/filter/options.rs"]),
        ("audisp-statsd", vec![sinks]),
        ("audisp-syslog", vec![sinks, "crates/sinks/src/syslog/options.rs"]),
    ] {
        let told: BTreeSet<String> = Help::read(&Program::named(name).help()).names().into_iter().collect();
        assert_eq!(told, in_sources(&files), "{name}: left --help, right the source");
    }
}

/// rauditctl's are auditctl's, which have a table, and some words of its own.
#[test]
fn rauditctl_takes_the_options_it_tells() {
    let told: BTreeSet<String> = Help::read(&Program::named("rauditctl").help()).names().into_iter().collect();
    let dir = fs::read_dir(top().join("crates/netlink/src/ctl")).unwrap();
    let files = dir.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("augenrules.rs"));
    let files: Vec<String> = files.map(|path| path.strip_prefix(top()).unwrap().to_str().unwrap().to_owned()).collect();
    let mut files: Vec<&str> = files.iter().map(String::as_str).filter(|file| file.ends_with(".rs")).collect();
    files.push("crates/rules/src/command/mod.rs");
    let mut taken = in_sources(&files);
    taken.extend(raudit_rules::command::options());
    assert_eq!(told, taken, "left --help, right the source");
    let program = Program::named("rauditctl");
    if program.run(&["-v"]).status.code() == Some(4) {
        println!("SKIPPED: without CAP_AUDIT_CONTROL rauditctl refuses everything");
        return;
    }
    for option in &told {
        // two of them go alone, or with another one
        let lines: &[&str] = match option.as_str() {
            "--stats" => &["-l", "--stats"],
            "--status-json" => &["--status-json"],
            other => &[other, "--no-such-option", "--no-such-option"],
        };
        let said = program.run(lines).stderr;
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains(&format!("Option {option} is invalid")), "{option}: {said}");
    }
    let untold = guesses().filter(|option| !told.contains(option));
    let hidden: Vec<String> = untold.filter(|option| is_taken(&program, option)).collect();
    assert!(hidden.is_empty(), "rauditctl takes {hidden:?}, of which --help says nothing");
}
