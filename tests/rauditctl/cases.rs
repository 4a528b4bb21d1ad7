//! The command lines written down in tests/data/rauditctl/*.cmd, and what each is to do.
//!
//! A file is a theme; cases are separated by empty lines:
//!
//! ```text
//! # why this case is here
//! kernel enabled=2 features=0     (what is special about this kernel; such cases are for the double of the kernel only)
//! $ -w /etc/passwd -p wa          (a command line run before)
//! > -l                            (the command line)
//! rc 0                            (its exit code; 255 means auditctl's last line on standard error, too)
//! 1> -w /etc/passwd -p wa         (standard output)
//! 2> ...                          (standard error)
//! L> -w /etc/passwd -p wa         (`-l` afterwards)
//! M> text=hello                   (a user message that arrived)
//! K> trim                         (another request that arrived)
//! D> ...                          (why Debian's auditctl 3.0.9 does otherwise: a line of compat/DIFFERENCES.md)
//! ```
//!
//! `@` is the data directory, `{text*n}` is text n times. Words are separated by blanks; `\ ` is a blank in a word.

#![allow(dead_code, reason = "each test program uses a part")]

use raudit_rules::file;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// One case: what to do, what happens, and why Debian's auditctl does otherwise.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub given: Vec<String>,
    pub expected: Vec<String>,
    pub differs: Option<String>,
}

impl Case {
    /// The command line, as it is written.
    pub fn line(&self) -> &str {
        let line = self.given.iter().find_map(|line| line.strip_prefix('>')).unwrap();
        line.strip_prefix(' ').unwrap_or(line)
    }

    /// Command lines to run before.
    pub fn before(&self) -> impl Iterator<Item = &str> {
        self.given.iter().filter_map(|line| line.strip_prefix("$ "))
    }

    /// Whether the line does nothing but add a rule, if it is right, and means the same in a file.
    pub fn only_adds(&self) -> bool {
        let line = expand(self.line());
        let mut words = line.split(' ');
        while let Some(word) = words.next() {
            let takes_argument = matches!(word, "-a" | "-A" | "-F" | "-C" | "-S" | "-k" | "-p" | "-w");
            if !takes_argument || words.next().is_none_or(|argument| argument.is_empty() || argument.starts_with('-')) {
                return false;
            }
        }
        let plain = line.is_ascii() && !line.contains(['\\', '\u{1}', '"', '#']);
        plain && line.len() < 5000 && self.before().next().is_none() && !self.needs_double()
    }

    /// Whether it needs a kernel that is special in some way.
    pub fn needs_double(&self) -> bool {
        self.given.iter().any(|line| line.starts_with("kernel "))
    }

    /// The lines of a kind that are expected, without its prefix.
    pub fn expects<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.expected.iter().filter_map(move |line| line.strip_prefix(prefix))
    }

    fn text(&self, expected: &[String]) -> String {
        let differs = self.differs.iter().map(|reason| format!("D> {reason}"));
        let lines: Vec<String> = self.given.iter().chain(expected).cloned().chain(differs).collect();
        lines.join("\n") + "\n"
    }
}

/// A theme: the cases of a file, or made up by a program.
#[derive(Debug)]
pub struct Theme {
    pub name: String,
    pub cases: Vec<Case>,
    pub path: Option<PathBuf>,
}

impl Theme {
    /// Writes the cases back, with what was found to happen.
    pub fn write<'a>(&'a self, found: impl Iterator<Item = &'a [String]>) {
        let texts: Vec<String> = self.cases.iter().zip(found).map(|(case, found)| case.text(found)).collect();
        if let Some(path) = &self.path {
            fs::write(path, texts.join("\n")).unwrap();
        }
    }
}

pub fn data_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rauditctl")
}

/// All that is written down, theme by theme.
pub fn themes() -> Vec<Theme> {
    let mut paths: Vec<_> = fs::read_dir(data_dir()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "cmd"));
    paths.sort();
    let theme = |path: PathBuf| Theme {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        cases: cases(&fs::read_to_string(&path).unwrap()),
        path: Some(path),
    };
    paths.into_iter().map(theme).collect()
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases = vec![Case::default()];
    for line in text.lines() {
        if line.is_empty() {
            cases.push(Case::default());
            continue;
        }
        let case = cases.last_mut().unwrap();
        if let Some(reason) = line.strip_prefix("D> ") {
            case.differs = Some(reason.to_owned());
            continue;
        }
        let outcome = ["rc ", "1> ", "2> ", "L> ", "M> ", "K> "].iter().any(|prefix| line.starts_with(prefix));
        if outcome { &mut case.expected } else { &mut case.given }.push(line.to_owned());
    }
    cases.retain(|case| case.given.iter().any(|line| line.starts_with('>')));
    cases
}

/// The `{text*n}` of a line: how it is written, and what it stands for.
fn repeats(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in line.split('{').skip(1) {
        let Some((inner, _)) = part.split_once('}') else { continue };
        let Some((text, count)) = inner.rsplit_once('*') else { continue };
        if let Ok(count) = count.parse() {
            found.push((format!("{{{inner}}}"), text.repeat(count)));
        }
    }
    found
}

/// A line as it is meant.
pub fn expand(line: &str) -> String {
    let mut meant = line.replace('@', &data_dir().to_string_lossy());
    for (written, text) in repeats(line) {
        meant = meant.replace(&written, &text);
    }
    meant
}

/// What a program said about the line, in the notation of the line.
pub fn shorten(line: &str, said: &str) -> String {
    let mut written = said.replace(&*data_dir().to_string_lossy(), "@");
    for (short, text) in repeats(line) {
        written = written.replace(&text, &short);
    }
    written
}

/// The words of a command line.
pub fn words(line: &str) -> Vec<OsString> {
    file::words(expand(line).as_bytes()).into_iter().map(OsString::from_vec).collect()
}
