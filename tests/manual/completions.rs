//! The files in `completions/` are what the helps make of them, and the shells offer it.

use crate::help::Help;
use crate::programs::{ALL, Program, top};
use crate::{shells, values};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// With `COMPLETIONS=write` in the environment the files are written (`make completions`).
#[test]
fn completions_are_made_of_help() {
    let dir = top().join("completions");
    let mut stale = Vec::new();
    let files = shells::files();
    for (file, wanted) in &files {
        let path = dir.join(file);
        if std::env::var_os("COMPLETIONS").is_some_and(|what| what == "write") {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, wanted).unwrap();
        }
        if fs::read_to_string(&path).ok().as_ref() != Some(wanted) {
            stale.push(file);
        }
    }
    assert!(stale.is_empty(), "not what --help tells; make completions writes them anew: {stale:?}");
    let count = |dir: &str| fs::read_dir(top().join("completions").join(dir)).unwrap().count();
    let dirs = ["bash", "zsh", "fish", "compat/bash", "compat/zsh", "compat/fish"];
    assert_eq!(dirs.map(count).iter().sum::<usize>(), files.len(), "there are files that nothing makes");
}

/// What a shell writes when it runs a script with these words, our programs first in its path; `None` if it is not there.
fn shell(shell: &str, script: &str, words: &[&str]) -> Option<Vec<String>> {
    let programs = Path::new(env!("CARGO_BIN_EXE_rausearch")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let flags: &[&str] = match shell {
        "bash" => &["--norc", "--noprofile", "-c"],
        "zsh" => &["-f", "-c"],
        _ => &["--no-config", "-c"],
    };
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(shell);
    command.args(flags).arg(script).args(words).current_dir(top().join("completions")).env("HOME", home.path());
    let output = command.env("PATH", path).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.is_empty(), "{shell} {words:?}: {said}");
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// What is offered for the last word of a line; the line is given as readline divides it.
fn bash(program: &str, words: &[&str]) -> Option<BTreeSet<String>> {
    let script = "for file in bash/* compat/bash/*; do . ./$file; done; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  $(complete -p $1 | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\"";
    let words: Vec<&str> = ["bash", program].iter().chain(words).copied().collect();
    Some(shell("bash", script, &words)?.into_iter().filter(|line| !line.is_empty()).collect())
}

fn fish(line: &str) -> Option<BTreeSet<String>> {
    let script = "for file in fish/*.fish compat/fish/*.fish; source $file; end; complete -C $argv[1]";
    let lines = shell("fish", script, &[line])?;
    Some(lines.iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect())
}

/// What is given to `_arguments`, by option.
fn zsh(program: &str) -> Option<BTreeSet<String>> {
    let script = "_arguments() { print -rl -- \"$@\" }; . ./zsh/_$0";
    let lines = shell("zsh", script, &[program])?;
    let options = lines.iter().filter_map(|line| line.strip_prefix("*-"));
    Some(options.map(|line| format!("-{}", line.split(['[', ':']).next().unwrap())).collect())
}

/// Says which of the shells are not there.
fn tell_missing() {
    for shell in ["bash", "zsh", "fish"] {
        if Command::new(shell).args(["-c", ":"]).output().is_err() {
            println!("SKIPPED: {shell} is not installed, its completions are not tried");
        }
    }
}

#[test]
fn shells_offer_every_option() {
    tell_missing();
    for program in ALL.iter().filter(|program| program.is_called) {
        let name = program.name;
        let help = Help::read(&program.help());
        let told: BTreeSet<String> = help.names().into_iter().collect();
        if let Some(offered) = bash(name, &["-"]) {
            assert_eq!(offered, told, "{name} in bash");
        }
        if let Some(offered) = zsh(name) {
            assert_eq!(offered, told, "{name} in zsh");
        }
        for dashes in ["-", "--"] {
            // of an option with a short form, fish offers the long one only behind two dashes
            let Some(offered) = fish(&format!("{name} {dashes}")) else { continue };
            let wanted = told.iter().filter(|option| option.starts_with("--") == (dashes == "--"));
            let missing: Vec<&String> = wanted.filter(|option| !offered.contains(*option)).collect();
            assert!(missing.is_empty(), "{name} in fish: {missing:?} of {offered:?}");
        }
    }
}

#[test]
fn values_are_offered() {
    tell_missing();
    for (program, words, offered) in [
        ("rausearch", "--format j", "json"),
        ("rausearch", "-m USER_LOGI", "USER_LOGIN"),
        ("rausearch", "-m SYSCALL,EXECV", "SYSCALL,EXECVE"),
        ("rausearch", "-sc mkdira", "mkdirat"),
        ("rausearch", "-ts yes", "yesterday"),
        ("rausearch", "-ui roo", "root"),
        ("rauditctl", "-a always,exi", "always,exit"),
        ("rauditctl", "-S mkdir,mkdira", "mkdir,mkdirat"),
        ("rauditctl", "--signal relo", "reload"),
        ("rauditctl", "--check /etc/passw", "/etc/passwd"),
        ("rauditctl", "-F saddr_", "saddr_fam="),
        ("rauditctl", "-C euid=obj", "euid=obj_uid"),
        ("rauditctl", "-F filetype=soc", "filetype=socket"),
        ("rauditctl", "-F filetype!=soc", "filetype!=socket"),
        ("rauditd", "-s no", "nochange"),
        ("ausyscall", "mkdira", "mkdirat"),
        ("ausyscall", "aarch", "aarch64"),
        ("auditctl", "--signal relo", "reload"),
        ("ausearch", "--format j", "json"),
        ("aureport", "--by cont", "container"),
        ("auditd", "-s no", "nochange"),
    ] {
        if !words.contains("!=")
            && let Some(found) = fish(&format!("{program} {words}"))
        {
            assert!(found.contains(offered), "fish: {program} {words}: {found:?}");
        }
        // = is a word of its own to readline
        let parted = words.replace('=', " = ");
        let parted: Vec<&str> = parted.split_whitespace().collect();
        let offered = if parted.contains(&"=") { offered.rsplit('=').next().unwrap() } else { offered };
        let found = bash(program, &parted);
        assert!(found.as_ref().is_none_or(|found| found.contains(offered)), "bash: {program} {words}: {found:?}");
    }
}

/// What bash and fish do with auditd's names is tried with the values; zsh hands them to the function that has ours.
#[test]
fn zsh_completes_auditds_names() {
    for (name, ours) in shells::OTHER_NAMES {
        let script = format!("_{ours}() {{ print $1 }}; . ./compat/zsh/_$0 called");
        let said = shell("zsh", &script, &[name]);
        assert!(said.as_ref().is_none_or(|said| said == &["called"]), "{name}: {said:?}");
    }
}

#[test]
fn words_that_are_offered_are_taken() {
    for time in values::TIMES {
        let output = Program::named("rausearch").run(&["-if", "/dev/null", "-ts", time]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.ends_with("<no matches>\n"), "{time}: {said}");
    }
    for machine in values::machines() {
        let output = Program::named("ausyscall").run(&[machine, "--dump"]);
        assert!(output.status.success(), "{machine}");
        let rule = format!("-a always,exit -F arch={machine} -S openat");
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), rule).unwrap();
        let output = Program::named("rauditctl").run(&["--check", file.path().to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("rror"), "{machine}: {said}");
    }
}
