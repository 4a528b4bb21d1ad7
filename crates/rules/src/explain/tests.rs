use super::*;
use crate::command::{self, Context};

/// Rules and what is said of them: `$ RULE`, then the text, in tests/data/explain/rules.txt.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/explain/rules.txt");

fn explained(line: &str) -> String {
    let words: Vec<Vec<u8>> = crate::file::words(line.as_bytes());
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let steps = command::parse(&words, Context::default()).steps.unwrap_or_else(|error| panic!("{line}: {error}"));
    let (rule, goal) = subject(&steps).unwrap();
    text(&explain(rule, goal), 100)
}

#[test]
fn rules_are_said_in_plain_words() {
    if !cfg!(target_arch = "x86_64") {
        println!("SKIPPED: the system calls in the texts are those of x86_64");
        return;
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let rules = golden.lines().filter_map(|line| line.strip_prefix("$ "));
    let actual: String = rules.map(|rule| format!("$ {rule}\n\n{}\n", explained(rule))).collect();
    if std::env::var_os("RAUDITD_BLESS").is_some() {
        std::fs::write(GOLDEN, &actual).unwrap();
    }
    assert!(actual.matches("\n$ ").count() >= 14);
    assert_eq!(actual, std::fs::read_to_string(GOLDEN).unwrap());
}

#[test]
fn every_field_has_words() {
    for number in 0..256 {
        let Some(name) = crate::FieldId(number).name().filter(|name| *name != "key") else { continue };
        let value = if crate::FieldId(number).takes_text() {
            crate::Value::Text(b"/x".to_vec())
        } else {
            crate::Value::Number(1)
        };
        let field = crate::Field { id: crate::FieldId(number), op: crate::Op::Ne, value };
        let rule = Rule {
            list: crate::List::Exit,
            action: crate::Action::Always,
            syscalls: Default::default(),
            fields: vec![field],
        };
        let words = condition::of(&rule.fields[0], &rule).unwrap();
        assert!(!words.contains("does not know"), "{name}: {words}");
    }
}

#[test]
fn long_lines_are_wrapped_and_commands_are_not() {
    let mut text = String::new();
    wrap(&mut text, " - aaaa bbbb cccc", 12);
    assert_eq!(text, "   - aaaa\n     bbbb\n     cccc\n");
    text.clear();
    wrap(&mut text, "-a always,exit -S all", 12);
    assert_eq!(text, "  -a always,exit -S all\n");
}
