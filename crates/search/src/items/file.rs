//! Records with names of files: PATH, CWD, SOCKADDR.

use super::reader::{Reader, Unreadable, unescape};
use super::{Items, Read, Wanted};
use crate::text::{unhex, word};
use memchr::memchr;
use raudit_record::SockAddr;
use std::borrow::Cow;

/// Nothing that is looked for in PATH and CWD stands before: type and time take as much.
const HEAD: usize = 28;
/// A shorter CWD has no directory,
const SHORTEST_CWD: usize = 34;
/// and a shorter PATH no name.
const SHORTEST_PATH: usize = 35;
/// `PATH_MAX`, less the NUL.
const LONGEST: usize = 4095;

const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;

impl<'a> Items<'a> {
    /// CWD: the first counts.
    pub(super) fn directory(&mut self, mut reader: Reader<'a>) -> Read {
        if !self.wants(Wanted::FILES) || reader.whole().len() < SHORTEST_CWD {
            return Ok(());
        }
        reader.go_to(reader.whole().get(HEAD..).unwrap_or_default());
        if let Some(value) = reader.find(b" cwd=") {
            let cwd = reader.text(value, 1)?;
            self.cwd = self.cwd.take().or(cwd);
        }
        Ok(())
    }

    pub(super) fn path(&mut self, mut reader: Reader<'a>) -> Read {
        if reader.whole().len() < SHORTEST_PATH {
            return Ok(());
        }
        reader.go_to(reader.whole().get(HEAD..).unwrap_or_default());
        if self.wants(Wanted::FILES)
            && let Some(value) = reader.find(b" name=")
        {
            self.file(value)?;
            reader.go_to(value);
            // as in aureport, whatever follows belongs to the word: only in records of old kernels it is the last
            if self.wants(Wanted::PARENTS)
                && self.parents + 1 == self.files.len()
                && reader.find(b"type=") == Some(b"PARENT")
            {
                self.parents += 1;
            }
        }
        self.object(reader)
    }

    /// A file's name, where the field's value begins. Gives what stands behind it.
    pub(super) fn file(&mut self, value: &'a [u8]) -> Result<&'a [u8], Unreadable> {
        let mut reader = Reader::new(value);
        let name = if let Some(quoted) = value.strip_prefix(b"\"") {
            Cow::Borrowed(reader.quoted(quoted, 2)?)
        } else if value.starts_with(b"(null)") {
            self.files.push(Cow::Borrowed(b"(null)"));
            return Ok(reader.rest());
        } else if !value.first().is_some_and(u8::is_ascii_hexdigit) {
            return Err(Unreadable(4));
        } else if let Some(of_socket) = value.strip_prefix(b"00") {
            unescape(of_socket).ok_or(Unreadable(7))?
        } else {
            unescape(reader.word(value, 5)?).ok_or(Unreadable(7))?
        };
        let relative = matches!(&name[..], [b'.', b'.' | b'/', ..]);
        self.files.push(match &self.cwd {
            Some(cwd) if relative => {
                let mut joined = [&cwd[..], b"/", &name[..]].concat();
                joined.truncate(LONGEST);
                Cow::Owned(joined)
            }
            _ => name,
        });
        Ok(reader.rest())
    }

    /// The remote address, or the name of a local socket. An address too short for its family cannot be read.
    pub(super) fn socket(&mut self, reader: Reader<'a>) -> Read {
        if !self.wants(Wanted::HOST) && !self.wants(Wanted::FILES) {
            return Ok(());
        }
        let Some(value) = reader.find(b"saddr=") else { return Ok(()) };
        unescape(value).ok_or(Unreadable(4))?;
        let digits = word(value);
        let bytes =
            unhex(digits.get(..digits.iter().take_while(|b| b.is_ascii_hexdigit()).count()).unwrap_or_default());
        let Some((family, rest)) = bytes.split_first_chunk::<2>() else { return Ok(()) };
        match u16::from_ne_bytes(*family) {
            AF_UNIX if self.wants(Wanted::FILES) => self.local(rest),
            AF_INET if bytes.len() < 16 => Err(Unreadable(1)),
            AF_INET6 if bytes.len() < 28 => Err(Unreadable(2)),
            AF_INET | AF_INET6 if self.wants(Wanted::HOST) => {
                let mut host = Vec::new();
                SockAddr::decode(&bytes).push_host(&mut host);
                self.host = Some(Cow::Owned(host));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A socket without a name has none; one in the abstract name space begins with a NUL.
    fn local(&mut self, path: &[u8]) -> Read {
        let name = match path {
            [] => return Ok(()),
            [_] => return Err(Unreadable(4)),
            [0, 0, ..] => return Err(Unreadable(6)),
            [0, name @ ..] => name,
            name => name,
        };
        self.files.push(Cow::Owned(name.get(..memchr(0, name).unwrap_or(name.len())).unwrap_or(name).to_vec()));
        Ok(())
    }
}
