//! The rules that events are explained by: read from a file, a directory like rules.d, or standard input.

use super::files::plain;
use super::index::Index;
use crate::trouble::Trouble;
use raudit_record::interpret::Escape;
use raudit_rules::check::lines;
use raudit_rules::command::{self, Context, Step};
use raudit_rules::file::{MAX_LINE, RulesFile, words};
use raudit_rules::merge::MergedLine;
use raudit_rules::print::key_contains;
use raudit_rules::rules_dir::{MAX_FILE, RulesDir};
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, Value};
use raudit_tables::errno::reason;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The most rules that are taken. Kernels have been seen with thousands.
const MAX_RULES: usize = 1 << 16;
/// So many lines are told of that cannot be read as rules; of the others only how many they are.
const MAX_WARNINGS: usize = 100;

/// What auditctl lists where there is no rule.
const NONE: &[u8] = b"No rules";

/// A rule and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The rule as the kernel keeps it.
    pub(super) rule: Rule,
    /// What it asks, names of files in their plain form; what costs most last, but in their order where that has a meaning.
    pub(super) conditions: Vec<Field>,
    /// Whether the kernel asks it about each path item in turn.
    pub(super) is_of_item: bool,
    /// The line.
    pub(super) text: Box<[u8]>,
    /// Which file it is in: a place in [`Rules::files`].
    pub(super) file: usize,
    /// Its number there, from 1.
    pub(super) line: usize,
    /// Whether it was written `-w`: of a file or a directory, as it was where the rule was loaded.
    pub(super) is_watch: bool,
}

impl Entry {
    fn of(rule: Rule, line: &MergedLine<'_>, is_watch: bool) -> Self {
        let is_name = |field: &Field| matches!(field.id, FieldId::WATCH | FieldId::DIR | FieldId::EXE);
        let mut conditions = rule.fields.clone();
        for field in conditions.iter_mut().filter(|field| is_name(field)) {
            if let Value::Text(name) = &mut field.value {
                *name = plain(name);
            }
        }
        if rule.list != List::User {
            conditions.retain(|field| field.id != FieldId::FILTERKEY);
            conditions.sort_by_key(|field| field.id.takes_text());
        }
        let is_item = |field: &Field| matches!(field.id, FieldId::WATCH | FieldId::INODE) && field.op == Op::Eq;
        let is_of_item = rule.fields.iter().any(is_item);
        Self {
            rule,
            conditions,
            is_of_item,
            text: line.text.trim_ascii().into(),
            file: line.file,
            line: line.number,
            is_watch,
        }
    }

    /// Whether events are recorded because of it.
    pub(super) fn records(&self) -> bool {
        self.rule.action == Action::Always && !matches!(self.rule.list, List::Exclude | List::Filesystem)
    }

    /// Its key, several joined; none is empty.
    pub(super) fn key(&self) -> &[u8] {
        self.rule.key().unwrap_or_default()
    }
}

/// A set of rules, in the order in which they decide.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// The rules, list by list.
    pub(super) entries: Vec<Entry>,
    /// The files they are in, as they are shown.
    pub(super) files: Vec<Vec<u8>>,
    /// Finds them.
    pub(super) index: Index,
}

impl Rules {
    /// Reads what is named: a file, a directory, or `-` for standard input. Lines that are no rule are told on `notes`.
    ///
    /// # Errors
    /// What cannot be read; too many rules; what writing to `notes` gives.
    pub(crate) fn read(named: &OsStr, notes: &mut impl Write) -> Result<Self, Trouble> {
        let path = Path::new(named);
        let said = |error: &dyn ToString| Trouble::Said(format!("raureport: {}", error.to_string()));
        if named == "-" {
            let content = standard_input().map_err(|why| said(&format!("cannot read rules from stdin ({why})")))?;
            return Self::of(vec![b"stdin".to_vec()], lines(&content), notes);
        }
        if path.is_dir() {
            let dir = RulesDir::read(path).map_err(|error| said(&error))?;
            let files = dir.sources.iter().map(|source| source.path.as_os_str().as_bytes().to_vec()).collect();
            return Self::of(files, dir.merged().lines().copied(), notes);
        }
        let content = RulesFile::open(path).and_then(RulesFile::content).map_err(|error| said(&error))?;
        Self::of(vec![named.as_bytes().to_vec()], lines(&content), notes)
    }

    /// The rules that are left when these lines are loaded, whatever is wrong with some of them.
    pub(super) fn of<'a>(
        files: Vec<Vec<u8>>,
        lines: impl IntoIterator<Item = MergedLine<'a>>,
        notes: &mut impl Write,
    ) -> Result<Self, Trouble> {
        let mut load = Load::default();
        let mut wrong = 0;
        for line in lines {
            if let Err(why) = load.line(&line) {
                wrong += 1;
                if wrong <= MAX_WARNINGS {
                    let name = files.get(line.file).map(Vec::as_slice).unwrap_or_default();
                    let said = [b"WARNING - ", name, format!(":{}: {why}", line.number).as_bytes()].concat();
                    notes.write_all(&[&Escape::Tty.show(&said)[..], b"\n"].concat())?;
                }
            }
            if load.count() > MAX_RULES {
                return Err(Trouble::Said(format!(
                    "raureport: more than {MAX_RULES} rules, which no kernel takes: is this a file of rules?"
                )));
            }
        }
        if wrong > MAX_WARNINGS {
            writeln!(notes, "WARNING - and {} more lines that are no rules", wrong - MAX_WARNINGS)?;
        }
        let entries: Vec<Entry> = load.lists.into_values().flatten().collect();
        let index = Index::of(&entries);
        Ok(Self { entries, files, index })
    }
}

fn standard_input() -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut content);
    match read.map_err(|error| reason(&error).to_string())? {
        length if length as u64 > MAX_FILE => Err(format!("more than {} MiB", MAX_FILE >> 20)),
        _ => Ok(content),
    }
}

/// Rules being loaded.
#[derive(Default)]
struct Load {
    lists: BTreeMap<List, VecDeque<Entry>>,
    known: HashSet<Rule>,
}

impl Load {
    fn count(&self) -> usize {
        self.lists.values().map(VecDeque::len).sum()
    }

    /// Takes a line, or says why it is not taken.
    fn line(&mut self, line: &MergedLine<'_>) -> Result<(), String> {
        if line.text.len() > MAX_LINE {
            return Err(format!("the line is longer than {MAX_LINE} bytes; ignored"));
        }
        if line.text.contains(&0) {
            return Err("the line has a NUL byte: this is no text file; ignored".to_owned());
        }
        let words = words(line.text);
        if words.first().is_none_or(|first| first.starts_with(b"#")) || line.text.trim_ascii() == NONE {
            return Ok(());
        }
        let args: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let parsed = command::parse(&args, Context { line: Some(line.number), ..Context::default() });
        let steps = parsed.steps.map_err(|error| match error.lines.join("; ") {
            why if why.is_empty() => "there is an error in this line; ignored".to_owned(),
            why => format!("{why}; ignored"),
        })?;
        steps.into_iter().try_for_each(|step| self.step(step, line, words.first().is_some_and(|word| word == b"-w")))
    }

    fn step(&mut self, step: Step, line: &MergedLine<'_>, is_watch: bool) -> Result<(), String> {
        match step {
            Step::Add(rule, prepend) => {
                if let Some((_, why)) = rule.first_invalid() {
                    return Err(format!("the kernel refuses the rule ({why}); ignored"));
                }
                let rule = rule.normalised();
                // the kernel does not notice it of one that goes to the front
                if !self.known.insert(rule.clone()) && !prepend {
                    return Err("the same rule is there already; ignored".to_owned());
                }
                let list = self.lists.entry(rule.list).or_default();
                let entry = Entry::of(rule, line, is_watch);
                if prepend {
                    list.push_front(entry);
                } else {
                    list.push_back(entry);
                }
            }
            Step::Delete(rule) => {
                let rule = rule.normalised();
                if self.known.contains(&rule) {
                    let list = self.lists.entry(rule.list).or_default();
                    let _deleted = list.iter().position(|entry| entry.rule == rule).and_then(|at| list.remove(at));
                    if !list.iter().any(|entry| entry.rule == rule) {
                        self.known.remove(&rule);
                    }
                }
            }
            Step::DeleteAll(key) => {
                let known = &mut self.known;
                for list in self.lists.values_mut() {
                    list.retain(|entry| {
                        let keep = !key_contains(&entry.rule, &key);
                        if !keep {
                            known.remove(&entry.rule);
                        }
                        keep
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }
}
