//! A manual page, as far as tests look into it: the names in its lists, and the pages it refers to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Macros of mdoc(7) that stand in lines of lists.
const MACROS: [&str; 16] =
    ["Ar", "Cm", "Dv", "Ev", "Fl", "Li", "Nm", "No", "Ns", "Oc", "Oo", "Op", "Pa", "Pq", "Sy", "Xr"];

#[derive(Debug)]
pub struct Page {
    text: String,
}

impl Page {
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // a line that is carried on
        Self { text: text.replace("\\\n", "") }
    }

    /// The options that have an entry: `.It Fl f , -file`.
    pub fn options(&self) -> Vec<String> {
        let found = self.entries("").flat_map(|entry| words(entry, "Fl")).map(|word| format!("-{word}"));
        found.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The words that have an entry in a section, or in any: `.It Cm key`.
    pub fn keys(&self, section: &str) -> Vec<String> {
        self.entries(section).flat_map(|entry| words(entry, "Cm")).collect()
    }

    /// The entries of lists in a section.
    fn entries(&self, section: &str) -> impl Iterator<Item = &str> {
        let mut here = section.is_empty();
        self.text.lines().filter_map(move |line| {
            if let Some(title) = line.strip_prefix(".Sh ") {
                here = section.is_empty() || title == section;
            }
            line.strip_prefix(".It ").filter(|_| here)
        })
    }

    pub fn has_section(&self, name: &str) -> bool {
        self.text.lines().any(|line| line == format!(".Sh {name}"))
    }

    /// The pages it names: `rauditd(8)`.
    pub fn references(&self) -> Vec<String> {
        let after = self.text.split("Xr ").skip(1);
        let named = after.map(|rest| rest.split_whitespace().take(2).collect::<Vec<_>>());
        named.map(|words| format!("{}({})", words[0], words.get(1).unwrap_or(&""))).collect()
    }
}

/// The arguments of a macro in a line.
fn words(line: &str, of: &str) -> Vec<String> {
    let (mut found, mut here) = (Vec::new(), false);
    for word in line.split_whitespace() {
        if MACROS.contains(&word) {
            here = word == of;
        } else if here && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
            found.push(word.replace("\\e", "\\"));
        }
    }
    found
}

#[test]
fn entries_are_read() {
    let page = Page { text: ".Sh A\n.It Fl a , -avc Ar x Fl k\n.Sh B\n.It Cm k No (1) , Cm l\n.Xr x 1 ,\n".to_owned() };
    assert_eq!(page.options(), ["--avc", "-a", "-k"]);
    assert_eq!((page.keys("B"), page.keys("A")), (vec!["k".to_owned(), "l".to_owned()], vec![]));
    assert_eq!(page.references(), ["x(1)"]);
}
