//! What `--help` tells, taken apart: `  -f, --file FILE   what it does`, in the forms of all programs.

/// An option.
#[derive(Debug)]
pub struct Opt {
    /// As they are written: `-f`, `--file`.
    pub names: Vec<String>,
    /// What follows it, as the help shows it; empty for a switch.
    pub value: String,
    /// What it does.
    pub what: String,
}

/// What the help of a program names.
#[derive(Debug, Default)]
pub struct Help {
    pub options: Vec<Opt>,
    /// Words that stand in the place of options, and what they do.
    pub commands: Vec<(String, String)>,
}

impl Help {
    pub fn read(text: &str) -> Self {
        let mut help = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let indent = line.len() - line.trim_start().len();
            if !(2..=6).contains(&indent) {
                continue;
            }
            let (left, what) = line.trim().split_once("  ").unwrap_or((line.trim(), ""));
            let what = if what.is_empty() { lines.peek().map_or("", |next| next.trim()) } else { what.trim() }
                .trim_end_matches([':', ';', ',']);
            if left.starts_with('-') {
                help.options.push(option(left, what));
            } else if left.starts_with(|c: char| c.is_ascii_lowercase()) && line.trim().contains("  ") {
                help.commands.push((left.split([' ', '|']).next().unwrap().into(), what.into()));
            }
        }
        assert!(!help.options.is_empty(), "no options are told:\n{text}");
        help
    }

    /// The names of all options, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.options.iter().flat_map(|option| option.names.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// `-f, --file FILE`, `-f,--file FILE`, `-l --stats` (an option that goes with another), `-l [-i | -k <key>]`.
fn option(left: &str, what: &str) -> Opt {
    let (mut names, mut rest) = (Vec::new(), left);
    loop {
        let end = rest.find([' ', ',']).unwrap_or(rest.len());
        names.push(rest[..end].to_owned());
        let after = rest[end..].trim_start_matches([',', ' ']);
        let goes_on = after.starts_with('-');
        if goes_on && rest[end..].starts_with(' ') {
            // -l was told before
            names.clear();
        }
        rest = after;
        if !goes_on {
            break;
        }
    }
    let value = if rest.starts_with("[-") { "" } else { rest };
    Opt { names, value: value.to_owned(), what: what.to_owned() }
}

#[test]
fn all_forms_are_read() {
    let text = "usage: x\n  -f,--file FILE|DIR   reads\n  --long\n                       rests\n  -s, --state <STATE>  sets\n    -i, -c  two\n    \
                -l --stats  counts\n    -l [-i | -k <key>]  lists\nOther\n    doctor [x]   looks\n                  more: a  b\n";
    let help = Help::read(text);
    let shown: Vec<String> =
        help.options.iter().map(|o| format!("{}:{}:{}", o.names.join("+"), o.value, o.what)).collect();
    let expected = [
        "-f+--file:FILE|DIR:reads",
        "--long::rests",
        "-s+--state:<STATE>:sets",
        "-i+-c::two",
        "--stats::counts",
        "-l::lists",
    ];
    assert_eq!(shown, expected);
    assert_eq!(help.commands, [("doctor".to_owned(), "looks".to_owned())]);
}
