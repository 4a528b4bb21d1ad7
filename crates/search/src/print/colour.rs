//! Colours for a terminal: what is looked for first stands out.

use memchr::{memchr, memmem};
use std::io::{self, IsTerminal, Write};

const TYPE: &[u8] = b"\x1b[1;36m";
const TIME: &[u8] = b"\x1b[32m";
const KEY: &[u8] = b"\x1b[33m";
const FAILED: &[u8] = b"\x1b[1;31m";
const DIM: &[u8] = b"\x1b[2m";
const OFF: &[u8] = b"\x1b[0m";

/// When there are colours.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum When {
    /// Never: the answer is the same wherever it goes.
    #[default]
    Never,
    /// On a terminal, unless `NO_COLOR` is set or the terminal is `dumb`.
    Auto,
    /// Always.
    Always,
}

impl When {
    /// `auto`, `always`, `never`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "auto" => Self::Auto,
            "always" => Self::Always,
            "never" => Self::Never,
            _ => return None,
        })
    }

    /// Whether that is now.
    pub fn is_now(self) -> bool {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Auto => {
                io::stdout().is_terminal()
                    && set("NO_COLOR").is_none()
                    && set("TERM").is_some_and(|term| term != "dumb")
            }
        }
    }
}

/// Paints lines as they are written. Keeps its memory.
#[derive(Debug, Default)]
pub struct Painter {
    /// The line that has no end yet.
    line: Vec<u8>,
    painted: Vec<u8>,
}

impl Painter {
    /// What is written to this is painted, and written there, line by line.
    pub fn painting<'a, W: Write>(&'a mut self, out: &'a mut W) -> Painting<'a, W> {
        self.line.clear();
        Painting { painter: self, out }
    }
}

/// See [`Painter::painting`].
#[derive(Debug)]
pub struct Painting<'a, W> {
    painter: &'a mut Painter,
    out: &'a mut W,
}

impl<W: Write> Write for Painting<'_, W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let Painter { line, painted } = &mut *self.painter;
        for part in text.split_inclusive(|&byte| byte == b'\n') {
            line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                painted.clear();
                paint(line, painted);
                line.clear();
                self.out.write_all(painted)?;
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Appends text as the formats for people have it, with colours.
pub fn paint(text: &[u8], out: &mut Vec<u8>) {
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b"----") || line.starts_with(b"time->") {
            let end = line.strip_suffix(b"\n").unwrap_or(line);
            put(if line.starts_with(b"-") { DIM } else { TIME }, end, out);
            out.extend_from_slice(line.get(end.len()..).unwrap_or_default());
        } else {
            record(line, out);
        }
    }
}

fn put(colour: &[u8], text: &[u8], out: &mut Vec<u8>) {
    [colour, text, OFF].iter().for_each(|part| out.extend_from_slice(part));
}

/// A record: its type, its time, keys, and what failed.
fn record(line: &[u8], out: &mut Vec<u8>) {
    let mut rest = line;
    let typed = memmem::find(rest, b"type=").filter(|at| *at == 0 || rest.starts_with(b"node="));
    if let Some(at) = typed {
        rest = value(rest, at + 5, TYPE, b" ", out);
    }
    if let Some(at) = memmem::find(rest, b"msg=audit(") {
        rest = value(rest, at + 10, TIME, b")", out);
    }
    for (name, wanted, colour) in
        [(&b" success="[..], &b"no"[..], FAILED), (b" res=", b"failed", FAILED), (b" key=", b"", KEY)]
    {
        let Some(at) = memmem::find(rest, name).map(|at| at + name.len()) else { continue };
        let is_null = rest.get(at..).is_some_and(|value| value.starts_with(b"(null)"));
        if rest.get(at..).is_some_and(|value| value.starts_with(wanted)) && !is_null {
            rest = value(rest, at, colour, b" '\n", out);
        }
    }
    out.extend_from_slice(rest);
}

/// Paints what begins at `from`, up to one of these bytes; gives what follows.
fn value<'a>(text: &'a [u8], from: usize, colour: &[u8], ends: &[u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (before, rest) = text.split_at_checked(from).unwrap_or((text, &[]));
    let len = ends.iter().filter_map(|&end| memchr(end, rest)).min().unwrap_or(rest.len());
    let (painted, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
    out.extend_from_slice(before);
    put(colour, painted, out);
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(text: &str) -> String {
        let mut out = Vec::new();
        paint(text.as_bytes(), &mut out);
        assert_eq!(memchr::memchr_iter(b'\n', &out).count(), text.matches('\n').count());
        let plain = String::from_utf8(out).unwrap();
        let names = [(TYPE, "<T>"), (TIME, "<t>"), (KEY, "<k>"), (FAILED, "<!>"), (DIM, "<d>"), (OFF, "<>")];
        names.iter().fold(plain, |text, (code, name)| text.replace(std::str::from_utf8(code).unwrap(), name))
    }

    #[test]
    fn types_times_keys_and_failures_stand_out() {
        assert_eq!(painted("----\ntime->Tue Nov 14\n"), "<d>----<>\n<t>time->Tue Nov 14<>\n");
        let text = "type=SYSCALL msg=audit(1.0:7): arch=x success=no exit=-13 key=\"abc\"\n";
        assert_eq!(
            painted(text),
            "type=<T>SYSCALL<> msg=audit(<t>1.0:7<>): arch=x success=<!>no<> exit=-13 key=<k>\"abc\"<>\n"
        );
        assert_eq!(
            painted("node=a type=CWD msg=audit(1.0:7): cwd=/"),
            "node=a type=<T>CWD<> msg=audit(<t>1.0:7<>): cwd=/"
        );
        assert_eq!(painted("type=X a success=yes key=(null)\n"), "type=<T>X<> a success=yes key=(null)\n");
        assert_eq!(painted("type=U msg='op=x res=failed'\n"), "type=<T>U<> msg='op=x res=<!>failed<>'\n");
        assert_eq!(painted("no record"), "no record");
    }

    #[test]
    fn lines_are_painted_as_they_come() {
        let (mut painter, mut out) = (Painter::default(), Vec::new());
        let mut painting = painter.painting(&mut out);
        for part in [&b"----\ntype=X msg=au"[..], b"dit(1.0:7", b"): a\n", b"b\n\n"] {
            painting.write_all(part).unwrap();
        }
        let mut whole = Vec::new();
        paint(b"----\ntype=X msg=audit(1.0:7): a\nb\n\n", &mut whole);
        assert_eq!(out, whole);
    }

    #[test]
    fn names() {
        assert_eq!(
            ["auto", "always", "never", "Always"].map(When::named),
            [Some(When::Auto), Some(When::Always), Some(When::Never), None]
        );
        assert!(When::Always.is_now() && !When::Never.is_now());
    }
}
