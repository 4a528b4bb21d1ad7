//! docs/auditd.conf.md: a row for every key, none empty, and every test it names exists.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

use raudit_config::AuditdConf;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The names of test functions below a directory.
fn tests(dir: &Path, into: &mut HashSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let after = text.split("#[test]").skip(1).filter_map(|after| after.trim_start().strip_prefix("fn "));
            into.extend(after.filter_map(|name| Some(name.split_once('(')?.0.to_owned())));
        }
    }
}

#[test]
fn every_key_has_a_row_and_its_tests_exist() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = HashSet::new();
    ["crates", "tests"].iter().for_each(|dir| tests(&top.join(dir), &mut known));
    let text = fs::read_to_string(top.join("docs/auditd.conf.md")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| key "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let keys: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(keys, AuditdConf::keys().collect::<Vec<_>>());
    for row in rows {
        let named: Vec<&str> = row[2].split('`').skip(1).step_by(2).collect();
        assert!(row.len() == 4 && !row[1].is_empty() && !named.is_empty(), "{row:?}");
        let missing: Vec<&&str> = named.iter().filter(|name| !known.contains(**name)).collect();
        assert!(missing.is_empty(), "{}: there is no test {missing:?}", row[0]);
    }
}
