//! Every program and every file has a page, which is installed, clean, and names all keys.

use crate::page::Page;
use crate::programs::{ALL, top};
use crate::values;
use raudit_config::{AudispRemoteConf, AuditdConf, PluginConf, RauditdConf};
use raudit_rules::List;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Pages of others that ours refer to.
const OTHERS: [&str; 28] = [
    "auditctl(8)",
    "auditd(8)",
    "auditd.conf(5)",
    "auditd-plugins(5)",
    "audit.rules(7)",
    "aureport(8)",
    "ausearch(8)",
    "ausearch-expression(5)",
    "audisp-remote.conf(5)",
    "capabilities(7)",
    "cron(8)",
    "getent(1)",
    "hosts_access(5)",
    "last(1)",
    "lastlog(8)",
    "less(1)",
    "logger(1)",
    "mount_namespaces(7)",
    "regex(7)",
    "sendmail(8)",
    "su(1)",
    "syscalls(2)",
    "syslog(3)",
    "systemd(1)",
    "uname(1)",
    "unix(7)",
    "zstd(1)",
    "zstdcat(1)",
];

/// The names of all pages: `rauditd.8`.
fn pages() -> BTreeSet<String> {
    let names = fs::read_dir(top().join("man")).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn page(name: &str) -> Page {
    Page::read(&top().join("man").join(name))
}

/// A variable of the Makefile.
fn variable(makefile: &str, name: &str) -> Vec<String> {
    let line = makefile.lines().find_map(|line| line.strip_prefix(&format!("{name} := "))).unwrap();
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_program_has_a_page() {
    let makefile = fs::read_to_string(top().join("Makefile")).unwrap();
    let lists = ["programs", "sinks", "relatives"].iter().flat_map(|name| variable(&makefile, name));
    let made: BTreeSet<String> = lists.chain(["augenrules".to_owned()]).collect();
    assert_eq!(made, ALL.iter().map(|program| program.name.to_owned()).collect(), "left what make installs");
    let pages = pages();
    let without: Vec<&String> = made.iter().filter(|name| !pages.contains(&format!("{name}.8"))).collect();
    assert!(without.is_empty(), "no page: {without:?}");
}

#[test]
fn pages_say_what_is_different_and_refer_to_pages_that_exist() {
    let pages = pages();
    for name in &pages {
        let page = page(name);
        assert!(page.has_section("DIFFERENCES"), "{name}: no section DIFFERENCES");
        for reference in page.references() {
            let file = reference.replace('(', ".").replace(')', "");
            let is_known = pages.contains(&file) || OTHERS.contains(&reference.as_str());
            assert!(is_known, "{name} refers to {reference}, which does not exist");
        }
    }
}

#[test]
fn pages_of_files_have_the_keys_that_are_read() {
    // its reader has no table: what it compares keys with
    let statsd = fs::read_to_string(top().join("crates/sinks/src/statsd/config.rs")).unwrap();
    let statsd =
        statsd.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => ")).map(|(key, _)| key);
    for (name, section, keys) in [
        ("rauditd-auditd.conf.5", "KEYS", AuditdConf::keys().collect::<Vec<_>>()),
        ("rauditd.conf.5", "DESCRIPTION", RauditdConf::keys().collect()),
        ("rauditd-plugins.5", "KEYS", PluginConf::keys().collect()),
        ("rauditd-remote.conf.5", "KEYS", AudispRemoteConf::keys().collect()),
        ("rauditd-statsd.conf.5", "KEYS", statsd.collect()),
        ("rauditd-rules.7", "FIELDS", values::field_names()),
        ("rauditd-rules.7", "RULES", List::ALL.map(List::name).to_vec()),
    ] {
        let mut told = page(name).keys(section);
        told.sort();
        let mut keys = keys;
        keys.sort_unstable();
        assert_eq!(told, keys, "{name}: left the page, right what is read");
    }
}

/// `make install` with files that stand for what was built; everything below `prefix`.
fn installed(root: &Path) -> BTreeSet<PathBuf> {
    let release = root.join("target/release");
    fs::create_dir_all(&release).unwrap();
    for program in ALL {
        let file = release.join(program.name);
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut make = Command::new("make");
    make.current_dir(top()).env("CARGO_TARGET_DIR", root.join("target")).env_remove("MAKEFLAGS");
    let made = make.args(["-s", "install", "prefix=/usr"]).arg(format!("DESTDIR={}", root.display())).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut found = BTreeSet::new();
    let mut left = vec![root.join("usr")];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().into());
            }
        }
    }
    found
}

#[test]
fn make_installs_every_page_and_completion() {
    let root = tempfile::tempdir().unwrap();
    let found = installed(root.path());
    let mut wanted: Vec<String> =
        pages().iter().map(|page| format!("usr/share/man/man{}/{page}", page.rsplit('.').next().unwrap())).collect();
    for program in ALL.iter().filter(|program| program.is_called) {
        let name = program.name;
        wanted.push(format!("usr/share/bash-completion/completions/{name}"));
        wanted.push(format!("usr/share/zsh/site-functions/_{name}"));
        wanted.push(format!("usr/share/fish/vendor_completions.d/{name}.fish"));
    }
    let missing: Vec<&String> = wanted.iter().filter(|file| !found.contains(Path::new(file))).collect();
    assert!(missing.is_empty(), "not installed: {missing:#?}");
    let others = found.iter().filter(|path| path.to_string_lossy().contains("completion"));
    let of_others: Vec<_> = others.filter(|path| !wanted.iter().any(|file| Path::new(file) == *path)).collect();
    assert!(of_others.is_empty(), "installed, and auditd's: {of_others:?}");
}

/// What a tool says of a page.
fn complaints(tool: &str, args: &[&str], page: &Path) -> Option<String> {
    let output = Command::new(tool).args(args).arg(page).stdin(Stdio::null()).output().ok()?;
    let lint = if tool == "mandoc" { output.stdout } else { output.stderr };
    Some(String::from_utf8_lossy(&lint).into_owned())
}

#[test]
fn formatters_have_no_complaints() {
    for (tool, args) in
        [("mandoc", &["-T", "lint", "-W", "warning"][..]), ("groff", &["-mandoc", "-Tutf8", "-ww", "-z"])]
    {
        for name in pages() {
            match complaints(tool, args, &top().join("man").join(&name)) {
                None => {
                    println!("SKIPPED: {tool} is not installed");
                    break;
                }
                Some(said) => assert!(said.is_empty(), "{tool} on {name}: {said}"),
            }
        }
    }
}
