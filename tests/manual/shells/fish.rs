//! fish: a line for each option.

use crate::help::Help;
use crate::values::{self, Value};
use std::fmt::Write;

pub fn make(program: &str, help: &Help) -> String {
    let mut text =
        format!("# fish completion for {program}; made of its --help: make completions\n\ncomplete -c {program} -f\n");
    for option in &help.options {
        let names: Vec<String> = option.names.iter().map(|name| flag(name)).collect();
        let value = action(&values::of(&option.value));
        writeln!(text, "complete -c {program} {}{value} -d {}", names.join(" "), quoted(&option.what)).unwrap();
        if option.value.ends_with("...") {
            let name = option.names.last().unwrap();
            let seen = format!("contains -- {name} (commandline -opc)");
            writeln!(text, "complete -c {program} -n {} -F", quoted(&seen)).unwrap();
        }
    }
    for (name, what) in &help.commands {
        writeln!(text, "complete -c {program} -n __fish_is_first_arg -a {name} -d {}", quoted(what)).unwrap();
    }
    if let Some(Value::One(command)) = values::of_words(program) {
        let words = values::machines().join(" ");
        writeln!(text, "complete -c {program} -a {}", quoted(&format!("{words} ({command})"))).unwrap();
    }
    text
}

/// `-x`, `--long`, and what is both: `-ts`.
fn flag(name: &str) -> String {
    match (name.strip_prefix("--"), name.strip_prefix('-')) {
        (Some(long), _) => format!("-l {long}"),
        (_, Some(letter)) if letter.len() == 1 => format!("-s {letter}"),
        (_, short) => format!("-o {}", short.unwrap_or_default()),
    }
}

fn action(value: &Value) -> String {
    let words = |words: &str| format!(" -x -a {}", quoted(words));
    match value {
        Value::Switch => String::new(),
        Value::Text => " -x".into(),
        Value::File => " -r -F".into(),
        Value::Directory => words("(__fish_complete_directories)"),
        Value::User => words("(__fish_complete_users)"),
        Value::Group => words("(__fish_complete_groups)"),
        Value::Words(list) => words(&list.join(" ")),
        Value::One(command) => words(&format!("({command})")),
        Value::Command(command) => words(&format!("(__fish_append , ({command}))")),
        Value::Field => words(&fields().join(" ")),
    }
}

fn fields() -> Vec<String> {
    let mut all: Vec<String> = values::field_names().iter().map(|name| format!("{name}=")).collect();
    // the others would be asked for at each key, for all fields together
    for (names, value) in super::fields_by_value() {
        let pairs = |value: &str| names.iter().map(|name| format!("{name}={value}")).collect::<Vec<_>>();
        if let Value::Words(words) = &value {
            all.extend(words.iter().flat_map(|word| pairs(word)));
        }
    }
    all
}

/// A text in single quotes; fish takes a backslash in them for itself, but before a quote and a backslash.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The same by another name.
pub fn other_name(name: &str, ours: &str) -> String {
    format!(
        "# fish completion for {name} where that is {ours}; made by make completions\n\ncomplete -c {name} -w {ours}\n"
    )
}
