//! zsh: a specification for `_arguments`.

use super::quoted;
use crate::help::Help;
use crate::values::{self, Value};
use std::fmt::Write;

pub fn make(program: &str, help: &Help) -> String {
    let mut text = format!("#compdef {program}\n# zsh completion; made of {program} --help: make completions\n\n");
    let mut lines = Vec::new();
    for option in &help.options {
        let value = values::of(&option.value);
        text += &function(program, &value, &text);
        let what = option.what.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        let many = if option.value.ends_with("...") { ":*" } else { "" };
        let action = match &value {
            Value::Switch => String::new(),
            value => format!("{many}:{}:{}", placeholder(&option.value), action(program, value)),
        };
        for name in &option.names {
            lines.push(quoted(&format!("*{name}[{what}]{action}")));
        }
    }
    let commands: Vec<&str> = help.commands.iter().map(|(name, _)| name.as_str()).collect();
    if !commands.is_empty() {
        lines.push(quoted(&format!("1:command:({})", commands.join(" "))));
    }
    if let Some(value) = values::of_words(program) {
        text += &function(program, &value, &text);
        let words = values::machines().join(" ");
        let action = format!("*:machine or call:{{compadd - {words}; {}}}", action(program, &value));
        lines.push(quoted(&action));
    }
    text + "_arguments \\\n  " + &lines.join(" \\\n  ") + "\n"
}

/// As `_arguments` shows it: no brackets, and no colon, which would end it.
fn placeholder(value: &str) -> String {
    value.trim_end_matches('.').replace(['<', '>', '[', ']'], "").replace(':', "\\:").to_lowercase()
}

/// The name of the function for what a command writes.
fn named(program: &str, command: &str) -> String {
    let what = match command {
        values::SYSCALLS => "calls",
        values::TYPES => "types",
        _ => "keys",
    };
    format!("_{program}_{what}")
}

fn action(program: &str, value: &Value) -> String {
    match value {
        Value::Switch | Value::Text => " ".into(),
        Value::File => "_files".into(),
        Value::Directory => "_files -/".into(),
        Value::User => "_users".into(),
        Value::Group => "_groups".into(),
        Value::Words(words) => format!("({})", words.join(" ")),
        Value::One(command) => named(program, command),
        Value::Command(command) => format!("{} ,", named(program, command)),
        Value::Field => format!("_{program}_field"),
    }
}

/// The function that a value needs, unless it is there already.
fn function(program: &str, value: &Value, before: &str) -> String {
    let text = match value {
        Value::One(command) | Value::Command(command) => command_function(&named(program, command), command),
        Value::Field => {
            let mut all = before.to_owned();
            for (_, value) in super::fields_by_value() {
                all += &function(program, &value, &all);
            }
            all.split_off(before.len()) + &field_function(program)
        }
        _ => String::new(),
    };
    let head = text.lines().next().unwrap_or_default();
    if head.is_empty() || before.contains(head) { String::new() } else { text }
}

fn command_function(name: &str, command: &str) -> String {
    format!(
        "{name}() {{\n  local -a found=(${{(f)\"$({command})\"}})\n  \
         if [[ $1 == , ]]; then _sequence compadd - $found; else compadd - $found; fi\n}}\n\n"
    )
}

fn field_function(program: &str) -> String {
    let mut text = format!("_{program}_field() {{\n  if ! compset -P '*='; then\n    compadd -q -S = - ");
    text += &values::field_names().join(" ");
    text += "\n    return\n  fi\n  case ${IPREFIX%%[^a-z0-9_]*} in\n";
    for (names, value) in super::fields_by_value() {
        let then = match &value {
            Value::Words(words) => format!("compadd - {}", words.join(" ")),
            value => action(program, value),
        };
        writeln!(text, "    {}) {then} ;;", names.join("|")).unwrap();
    }
    text + "  esac\n}\n\n"
}

/// The same by another name.
pub fn other_name(name: &str, ours: &str) -> String {
    format!(
        "#compdef {name}\n# zsh completion for {name} where that is {ours}; made by make completions\n\n_{ours} \"$@\"\n"
    )
}
