//! Ways to undo a difference no further than it is known.

use crate::harness::{Case, without_lines};
use std::fs;
use std::path::{Path, PathBuf};

impl Case {
    /// Whether a line of the log is of this kind.
    pub fn log_has(&self, kind: fn(&str) -> bool) -> bool {
        files(&self.path).iter().any(|(_, text)| text.lines().any(kind))
    }

    /// Asks again, about the log without lines of this kind. It is made beside the log's directory, once.
    pub fn leave_out(&mut self, name: &str, kind: fn(&str) -> bool) {
        let folder = self.path.parent().unwrap();
        let without = folder.with_file_name(format!("{}+{name}", folder.file_name().unwrap().to_str().unwrap()));
        let path = without.join(self.path.file_name().unwrap());
        if !path.exists() {
            // (threads may make it at the same time)
            let new = path.with_extension(format!("{:?}", std::thread::current().id()));
            fs::create_dir_all(if self.path.is_dir() { &new } else { &without }).unwrap();
            for (file, text) in files(&self.path) {
                let to = if self.path.is_dir() { new.join(file.file_name().unwrap()) } else { new.clone() };
                fs::write(to, without_lines(text.as_bytes(), kind)).unwrap();
            }
            fs::rename(&new, &path).or_else(|_| fs::remove_dir_all(&new)).unwrap();
        }
        self.path = path;
        self.answer();
    }

    /// Takes our words for theirs where this says so. Of lines of as many words each pair is asked about, of others what stands between
    /// the words that are the same.
    pub fn take_words(&mut self, allowed: impl Fn(&Pair<'_>) -> bool) {
        let lines = |text: &[u8]| text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (ours, mut theirs) = (lines(&self.ours.out), lines(&self.theirs.out));
        if ours.len() == theirs.len() {
            for (line, their) in ours.iter().zip(&mut theirs).filter(|(line, their)| line != their) {
                let words = reworded(&latin1(line), &latin1(their), &allowed);
                *their = words.chars().map(|byte| byte as u8).collect();
            }
            self.theirs.out = theirs.concat();
        }
    }
}

/// What differs in a line of both.
pub struct Pair<'a> {
    pub our_line: &'a str,
    pub their_line: &'a str,
    /// Words with what ends them, a space or a comma.
    pub ours: &'a str,
    pub theirs: &'a str,
}

impl Pair<'_> {
    /// Whether theirs and ours begin so, but for backslashes of `--escape`.
    pub fn start(&self, theirs: &str, ours: &str) -> bool {
        bare(self.theirs).starts_with(theirs) && bare(self.ours).starts_with(ours)
    }

    /// Whether theirs and ours are these words.
    pub fn are(&self, theirs: &str, ours: &str) -> bool {
        bare(self.theirs) == theirs && bare(self.ours) == ours
    }
}

fn bare(words: &str) -> String {
    words.trim_end_matches(['\n', ' ', ',']).replace('\\', "")
}

/// A log's files and their texts.
fn files(path: &Path) -> Vec<(PathBuf, String)> {
    let files = match path.is_dir() {
        true => fs::read_dir(path).unwrap().map(|file| file.unwrap().path()).collect(),
        false => vec![path.to_owned()],
    };
    files
        .into_iter()
        .map(|file| (file.clone(), String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned()))
        .collect()
}

/// Bytes as characters of the same numbers: names may be no UTF-8.
fn latin1(text: &[u8]) -> String {
    text.iter().map(|&byte| char::from(byte)).collect()
}

/// Their line with those of our words that may stand there.
fn reworded(our_line: &str, their_line: &str, allowed: impl Fn(&Pair<'_>) -> bool) -> String {
    let words = |line: &str| line.split_inclusive([' ', ',']).map(str::to_owned).collect::<Vec<_>>();
    let (our_words, mut their_words) = (words(our_line), words(their_line));
    if our_words.len() == their_words.len() {
        for (ours, theirs) in our_words.iter().zip(&mut their_words) {
            if ours != theirs && allowed(&Pair { our_line, their_line, ours, theirs }) {
                theirs.clone_from(ours);
            }
        }
        return their_words.concat();
    }
    let same = |pairs: &mut dyn Iterator<Item = (&String, &String)>| pairs.take_while(|(a, b)| a == b).count();
    let least = our_words.len().min(their_words.len());
    let before = same(&mut our_words.iter().zip(&their_words));
    let behind = same(&mut our_words.iter().rev().zip(their_words.iter().rev())).min(least - before);
    let between = |words: &[String]| words[before..words.len() - behind].concat();
    let (ours, theirs) = (&between(&our_words), &between(&their_words));
    if allowed(&Pair { our_line, their_line, ours, theirs }) { our_line.to_owned() } else { their_line.to_owned() }
}
