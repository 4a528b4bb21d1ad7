//! The answer in a pager (`--pager`), if it goes to a terminal.

use std::io::{self, IsTerminal, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Without `PAGER`: ends by itself where all fits on the screen, and lets colours through.
const DEFAULT: &str = "less";
const LESS: &str = "FRX";

/// A pager, and the pipe to it.
#[derive(Debug)]
pub struct Pager {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Pager {
    /// Starts what `PAGER` names, as the shell understands it. Nothing where standard output is no terminal, or `PAGER` is empty or `cat`.
    pub fn start() -> Option<Self> {
        let given = std::env::var("PAGER").unwrap_or_else(|_| DEFAULT.to_owned());
        if !io::stdout().is_terminal() || given.is_empty() || given == "cat" {
            return None;
        }
        Self::of(&given).ok()
    }

    fn of(command: &str) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            shell.env("LESS", LESS);
        }
        let mut child = shell.spawn()?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }
}

impl Write for Pager {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.pipe.as_mut().map_or_else(|| Err(io::ErrorKind::BrokenPipe.into()), |pipe| pipe.write(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Pager {
    /// Waits until its user has read all.
    fn drop(&mut self) {
        drop(self.pipe.take());
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_paged_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let to = dir.path().join("paged");
        let mut pager = Pager::of(&format!("cat > {}", to.display())).unwrap();
        pager.write_all(b"one\ntwo\n").unwrap();
        drop(pager);
        assert_eq!(std::fs::read(to).unwrap(), b"one\ntwo\n");
        let mut gone = Pager::of("exit 0").unwrap();
        let error = (0..1000).find_map(|_| gone.write_all(&[b'x'; 4096]).err()).unwrap();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
