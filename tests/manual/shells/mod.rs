//! Completions, made of what `--help` tells.

mod bash;
mod fish;
mod zsh;

use crate::help::Help;
use crate::programs::{ALL, Program};
use crate::values::{self, Value};
use std::path::PathBuf;

/// The names of auditd's programs whose arguments are those of ours: for where ours have taken their names.
pub const OTHER_NAMES: [(&str, &str); 4] =
    [("auditd", "rauditd"), ("auditctl", "rauditctl"), ("ausearch", "rausearch"), ("aureport", "raureport")];

/// All files below `completions/`, and what has to be in them.
pub fn files() -> Vec<(PathBuf, String)> {
    let called = ALL.iter().filter(|program| program.is_called);
    let mut files: Vec<(PathBuf, String)> = called.flat_map(of).collect();
    for (name, ours) in OTHER_NAMES {
        files.push((format!("compat/bash/{name}").into(), bash::other_name(name, ours)));
        files.push((format!("compat/zsh/_{name}").into(), zsh::other_name(name, ours)));
        files.push((format!("compat/fish/{name}.fish").into(), fish::other_name(name, ours)));
    }
    files
}

fn of(program: &Program) -> [(PathBuf, String); 3] {
    let (name, help) = (program.name, Help::read(&program.help()));
    [
        (format!("bash/{name}").into(), bash::make(name, &help)),
        (format!("zsh/_{name}").into(), zsh::make(name, &help)),
        (format!("fish/{name}.fish").into(), fish::make(name, &help)),
    ]
}

/// A text in single quotes, for bash and zsh.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The fields of rules whose values are known, those with the same together.
fn fields_by_value() -> Vec<(Vec<&'static str>, Value)> {
    let mut found: Vec<(Vec<&str>, Value)> = Vec::new();
    for name in values::field_names() {
        match values::of_field(name) {
            Value::Text => {}
            value => match found.iter_mut().find(|(_, known)| *known == value) {
                Some((names, _)) => names.push(name),
                None => found.push((vec![name], value)),
            },
        }
    }
    found
}
