//! The file of expressions, one a line, of which one has to hold (ausearch-expression(5)).

use nix::fcntl::OFlag;
use raudit_search::expr::Expression;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The longest line; auditd skips longer ones, which are errors here: a rule that is left out unseen lets records
/// through.
const LONGEST: usize = 1022;
/// A file with more lines is none that somebody wrote.
const MOST: usize = 100_000;

/// The expressions.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Expression>);

impl Rules {
    /// Reads a file, which must be a regular one of root's that not everybody may write to.
    ///
    /// # Errors
    /// All that is wrong with it, a line for each.
    pub(super) fn load(path: &Path) -> Result<Self, Vec<String>> {
        let file = open(path).map_err(|why| vec![format!("{}: {why}", path.display())])?;
        Self::read(BufReader::new(file))
            .map_err(|errors| errors.into_iter().map(|error| format!("{}: {error}", path.display())).collect())
    }

    fn read(mut lines: impl BufRead) -> Result<Self, Vec<String>> {
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for number in 1.. {
            match next_line(&mut lines) {
                Ok(None) => break,
                Ok(Some(_)) if number > MOST => {
                    errors.push(format!("line {number}: more than {MOST} lines"));
                    break;
                }
                Ok(Some(line)) if line.len() > LONGEST => {
                    errors.push(format!("line {number}: longer than {LONGEST} bytes; write it as several lines"));
                }
                Ok(Some(line)) => {
                    let text = line.iter().position(|&byte| byte != b' ').and_then(|at| line.get(at..));
                    let Some(text) = text.filter(|text| text.first() != Some(&b'#')) else { continue };
                    match Expression::parse(text) {
                        Ok(expression) => found.push(expression),
                        Err(error) => {
                            let column = error.column + line.len() - text.len();
                            errors.push(format!("line {number}, column {column}: {}", error.what));
                        }
                    }
                }
                Err(error) => return Err(vec![format!("cannot read it: {error}")]),
            }
        }
        if errors.is_empty() { Ok(Self(found)) } else { Err(errors) }
    }

    /// Of which one has to hold.
    pub(super) fn expressions(&self) -> &[Expression] {
        &self.0
    }
}

/// The next line without its newline; of a long one the beginning, which is still too long.
fn next_line(lines: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let part = lines.fill_buf()?;
        if part.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let (end, used) = match part.iter().position(|&byte| byte == b'\n') {
            Some(at) => (true, at + 1),
            None => (false, part.len()),
        };
        let text = part.get(..used - usize::from(end)).unwrap_or_default();
        line.extend_from_slice(text.get(..text.len().min(LONGEST + 1)).unwrap_or_default());
        line.truncate(LONGEST + 1);
        lines.consume(used);
        if end {
            return Ok(Some(line));
        }
    }
}

fn open(path: &Path) -> Result<File, String> {
    // A FIFO would be waited for.
    let flags = OFlag::O_NONBLOCK.bits();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = file.map_err(|error| format!("cannot open it: {error}"))?;
    let meta = file.metadata().map_err(|error| format!("cannot look at it: {error}"))?;
    if meta.uid() != 0 {
        return Err(format!("it belongs to user {}, and must be root's: chown root it", meta.uid()));
    }
    if meta.mode() & 0o002 != 0 {
        return Err("everybody may write to it: chmod o-w it".to_owned());
    }
    if !meta.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_expressions_and_errors_say_where() {
        let rules = Rules::read(&b"# comment\n\n   \n  uid == 0\ncomm i= cat"[..]).unwrap();
        assert_eq!(rules.expressions().len(), 2);
        let long = format!("uid == 0\n{}\n  uid = 0\n", "x".repeat(100_000));
        let errors = Rules::read(long.as_bytes()).unwrap_err();
        assert!(errors[0].starts_with("line 2: longer"), "{errors:?}");
        assert!(errors[1].starts_with("line 3, column 7:"), "{errors:?}");
        assert_eq!(errors.len(), 2);
        assert!(Rules::read("\n".repeat(MOST).as_bytes()).is_ok());
        assert!(Rules::read("\n".repeat(MOST + 1).as_bytes()).unwrap_err()[0].contains("more than"));
    }
}
