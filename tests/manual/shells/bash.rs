//! bash, with or without bash-completion: a function that looks at the word before.

use super::quoted;
use crate::help::Help;
use crate::values::{self, Value};
use std::fmt::Write;

const FILES: &str = "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); compopt -o filenames 2>/dev/null; return";
const DIRECTORIES: &str = "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); compopt -o filenames 2>/dev/null; return";

/// Leaves those of the words that begin as the user did. `compgen -W` would also expand what stands in them.
const CHOOSE: &str = "    local -a list
    IFS=$' \\n' read -r -d '' -a list <<<\"$words\"
    for words in \"${list[@]}\"; do
        [[ $words != \"$cur\"* ]] || COMPREPLY+=(\"$before$words\")
    done
";

pub fn make(program: &str, help: &Help) -> String {
    let mut text =
        format!("# bash completion for {program}; made of its --help: make completions\n\n_{program}()\n{{\n");
    text +=
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= before=\n    COMPREPLY=()\n";
    let has = |is: &dyn Fn(&str) -> bool| help.options.iter().find(|option| is(&option.value));
    if let Some(option) = has(&|value| value.ends_with("...")) {
        let name = option.names.join(" ");
        writeln!(text, "    [[ \" ${{COMP_WORDS[*]}}\" != *\" {name} \"* ]] || prev={name}").unwrap();
    }
    let fields = has(&|value| values::of(value) == Value::Field);
    text += &fields.map_or_else(|| "    case $prev in\n".into(), |_| fields_first());
    for option in &help.options {
        let value = values::of(&option.value);
        if value != Value::Switch {
            writeln!(text, "        {}) {} ;;", option.names.join("|"), action(&value)).unwrap();
        }
    }
    let mut names: Vec<String> = help.commands.iter().map(|(name, _)| name.clone()).collect();
    names.extend(help.names());
    writeln!(text, "        *) words={} ;;\n    esac", quoted(&names.join(" "))).unwrap();
    if let Some(value) = values::of_words(program) {
        let words = quoted(&format!(" {}", values::machines().join(" ")));
        writeln!(text, "    [[ $cur == -* ]] || {{ {}; words+={words}; }}", action(&value)).unwrap();
    }
    text + CHOOSE + &format!("}}\n\ncomplete -F _{program} {program}\n")
}

/// What is done where a value stands.
fn action(value: &Value) -> String {
    match value {
        Value::Switch | Value::Text => "return".into(),
        Value::File => FILES.into(),
        Value::Directory => DIRECTORIES.into(),
        Value::User => "words=$(compgen -u)".into(),
        Value::Group => "words=$(compgen -g)".into(),
        Value::Words(words) => format!("words={}", quoted(&words.join(" "))),
        Value::One(command) => format!("words=$({command})"),
        Value::Command(command) => {
            format!("words=$({command}); [[ $cur != *,* ]] || before=${{cur%,*}}, cur=${{cur##*,}}")
        }
        Value::Field => {
            let names: Vec<String> = values::field_names().iter().map(|name| format!("{name}=")).collect();
            format!("words={}; compopt -o nospace 2>/dev/null", quoted(&names.join(" ")))
        }
    }
}

/// Behind `-F field=`, before the options: bash takes the sign for a word of its own.
fn fields_first() -> String {
    let mut text = String::from("    local field=\n    if [[ $cur == = ]]; then\n        field=$prev cur=\n");
    text += "    elif [[ $prev == = && $COMP_CWORD -gt 1 ]]; then\n        field=${COMP_WORDS[COMP_CWORD-2]}\n    fi\n";
    text += "    [[ ! $field ]] || prev=${field%%[^a-z0-9_]*}=\n    [[ \" ${COMP_WORDS[*]}\" != *\" -C $field =\"* ]] || prev=-C=\n    case $prev in\n";
    for (names, value) in super::fields_by_value() {
        writeln!(text, "        {}=) {} ;;", names.join("=|"), action(&value)).unwrap();
    }
    writeln!(text, "        -C=) words={} ;;", quoted(&values::compared().join(" "))).unwrap();
    text + "        *=) return ;;\n"
}

/// The same function by another name, which bash finds by the file's.
pub fn other_name(name: &str, ours: &str) -> String {
    format!(
        "# bash completion for {name} where that is {ours}; made by make completions\n\n\
         declare -F _{ours} >/dev/null || . \"${{BASH_SOURCE[0]%/*}}/{ours}\"\ncomplete -F _{ours} {name}\n"
    )
}
