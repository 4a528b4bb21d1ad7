//! Records from a descriptor: frames, or lines of text.
//!
//! rauditd sends frames; auditd sends its plugins either, as their `format` says. Which it is shows in the first byte: that of a
//! frame's version is no character of a line. A line becomes a frame of [`Version::Line`], so that nothing after this has two cases.

use crate::feed::Event;
use crate::frame::{FrameError, HEADER, MAX_PAYLOAD, Version, parse, push};
use nix::errno::Errno;
use raudit_record::{Kind, Line};
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

/// How much is read at once; more than a frame, and more than the longest line.
const BUFFER: usize = 256 << 10;

/// auditd before 4.1 writes each record to plugins with `format = binary` in a buffer of one size: a header and `MAX_AUDIT_MESSAGE_LENGTH` bytes
/// (libaudit.h), of which those behind the record's are not set.
const PADDED: usize = HEADER + 8970;

/// Why a stream ended.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It is none of frames.
    #[error("standard input is not a stream of audit frames: {0}")]
    Frame(#[from] FrameError),
    /// It begins with text that is no record.
    #[error("standard input has neither audit frames nor lines of audit records: it begins with {0:?}")]
    Neither(String),
    /// It cannot be read.
    #[error("cannot read standard input: {0}")]
    Read(#[from] io::Error),
}

/// What a stream consists of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// Nothing has come yet.
    Unknown,
    Frames,
    /// Frames, each in [`PADDED`] bytes.
    PaddedFrames,
    Lines,
    /// In the rest of a line that is too long.
    TooLong,
}

/// The stream of a dispatcher.
#[derive(Debug)]
pub struct Stream<F> {
    source: F,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    form: Form,
    cut: u64,
    /// Bytes to pass over before the next frame.
    skip: usize,
    /// The length of the first frame, until there is a second.
    first: Option<usize>,
    /// There was a frame.
    seen: bool,
    /// There is no frame behind the first one; perhaps there is one behind its buffer.
    doubt: Option<FrameError>,
}

impl<F: AsFd> Stream<F> {
    /// Takes records from `source`.
    pub fn new(source: F) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER],
            start: 0,
            filled: 0,
            form: Form::Unknown,
            cut: 0,
            skip: 0,
            first: None,
            seen: false,
            doubt: None,
        }
    }

    /// What is read from.
    pub fn source(&self) -> &F {
        &self.source
    }

    /// Whether it consists of lines. False until something has come.
    pub fn is_text(&self) -> bool {
        matches!(self.form, Form::Lines | Form::TooLong)
    }

    /// How many lines were longer than [`MAX_PAYLOAD`], and were cut there.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Reads once, and hands every whole record to `each`, as a frame. False at the end of the stream.
    ///
    /// # Errors
    /// The stream is broken. Records before that have been handed out.
    pub fn read(&mut self, mut each: impl FnMut(Event)) -> Result<bool, StreamError> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= std::mem::take(&mut self.start);
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        match nix::unistd::read(&self.source, room) {
            Ok(0) => return self.end(each).map(|()| false),
            Ok(n) => self.filled += n,
            Err(Errno::EINTR | Errno::EAGAIN) => return Ok(true),
            Err(error) => return Err(StreamError::Read(error.into())),
        }
        if self.form == Form::Unknown {
            self.form = if self.buffer.first().is_some_and(|byte| *byte < b'\t') { Form::Frames } else { self.text()? };
        }
        match self.form {
            Form::Frames | Form::PaddedFrames => self.frames(&mut each)?,
            _ => self.lines(&mut each),
        }
        Ok(true)
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.filled).unwrap_or_default()
    }

    /// [`Form::Lines`], or still unknown while too little is there to tell.
    fn text(&self) -> Result<Form, StreamError> {
        let rest = self.rest();
        let begins = |word: &[u8]| rest.iter().zip(word).all(|(a, b)| a == b);
        if !begins(b"type=") && !begins(b"node=") {
            let shown = rest.get(..rest.len().min(40)).unwrap_or_default();
            return Err(StreamError::Neither(String::from_utf8_lossy(shown).into_owned()));
        }
        Ok(if rest.len() < 5 { Form::Unknown } else { Form::Lines })
    }

    fn frames(&mut self, each: &mut impl FnMut(Event)) -> Result<(), FrameError> {
        loop {
            let passed = self.skip.min(self.filled - self.start);
            self.start += passed;
            self.skip -= passed;
            match parse(self.buffer.get(self.start..self.filled).unwrap_or_default()) {
                Ok(Some((frame, length))) => {
                    each(Arc::from(frame.bytes));
                    self.start += length;
                    self.passed(length);
                }
                Ok(None) => return Ok(()),
                Err(error) => match self.first.take().filter(|first| *first < PADDED) {
                    Some(first) => {
                        self.skip = PADDED - first;
                        self.doubt = Some(error);
                    }
                    None => return Err(self.doubt.take().unwrap_or(error)),
                },
            }
        }
    }

    /// A frame was taken: what is known now of how they lie.
    fn passed(&mut self, length: usize) {
        if self.doubt.take().is_some() {
            self.form = Form::PaddedFrames;
        }
        if self.form == Form::PaddedFrames {
            self.skip = PADDED.saturating_sub(length);
        }
        self.first = if self.seen { None } else { Some(length) };
        self.seen = true;
    }

    fn lines(&mut self, each: &mut impl FnMut(Event)) {
        while let Some(length) = memchr::memchr(b'\n', self.rest()) {
            if self.form == Form::TooLong {
                self.form = Form::Lines;
            } else {
                self.line(length, each);
            }
            self.start += length + 1;
        }
        if self.form == Form::TooLong {
            self.start = self.filled;
        } else if self.form == Form::Lines && self.rest().len() > MAX_PAYLOAD {
            self.line(MAX_PAYLOAD + 1, each);
            self.start = self.filled;
            self.form = Form::TooLong;
        }
    }

    /// Hands out the next `length` bytes as a record.
    fn line(&mut self, length: usize, each: &mut impl FnMut(Event)) {
        let whole = self.rest().get(..length).unwrap_or_default();
        let text = whole.get(..length.min(MAX_PAYLOAD)).unwrap_or_default();
        let kind = Line::parse(text).map_or(Kind::UNNAMED, |line| line.kind);
        let mut frame = Vec::new();
        if !text.is_empty() && push(&mut frame, Version::Line, kind, text).is_ok() {
            each(Arc::from(frame));
        }
        self.cut += u64::from(length > MAX_PAYLOAD);
    }

    /// The stream has ended: a last line needs no newline, a frame has to be whole.
    fn end(&mut self, mut each: impl FnMut(Event)) -> Result<(), StreamError> {
        match (self.form, self.filled) {
            (Form::Lines, length) => self.line(length, &mut each),
            // One record in its buffer, and no other: nothing is missing.
            _ if self.doubt.is_some() && self.skip == 0 => {}
            _ if self.doubt.is_some() => return self.doubt.take().map_or(Ok(()), |doubt| Err(doubt.into())),
            (Form::Frames | Form::PaddedFrames, length) if length > 0 => return Err(FrameError::Torn(length).into()),
            _ => {}
        }
        self.filled = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Version, push};
    use raudit_record::Kind;
    use std::io::Write;

    fn frames(bytes: &[u8], step: usize) -> (usize, Result<(), StreamError>) {
        let (reader, mut writer) = io::pipe().unwrap();
        let bytes = bytes.to_vec();
        let sender = std::thread::spawn(move || {
            for part in bytes.chunks(step) {
                if writer.write_all(part).is_err() {
                    return;
                }
            }
        });
        let mut stream = Stream::new(reader);
        let mut count = 0;
        let result = loop {
            match stream.read(|event| count += usize::from(event.ends_with(b"end"))) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        drop(stream);
        sender.join().unwrap();
        (count, result)
    }

    #[test]
    fn frames_come_whole_however_they_are_cut() {
        let mut bytes = Vec::new();
        for n in 0..300 {
            push(&mut bytes, Version::Line, Kind::PATH, format!("{}end", "x".repeat(n * 40)).as_bytes()).unwrap();
        }
        for step in [17, 1000, 70_000] {
            let (count, result) = frames(&bytes, step);
            assert_eq!(count, 300);
            result.unwrap();
        }
        let (count, result) = frames(&bytes[..bytes.len() - 1], 5000);
        assert_eq!(count, 299);
        assert!(matches!(result, Err(StreamError::Frame(FrameError::Torn(_)))));
    }

    type Record = (Kind, Vec<u8>);

    fn texts(bytes: &[u8], step: usize) -> (Vec<Record>, u64, Result<(), StreamError>) {
        let (reader, mut writer) = io::pipe().unwrap();
        let bytes = bytes.to_vec();
        let sender = std::thread::spawn(move || bytes.chunks(step).try_for_each(|part| writer.write_all(part)));
        let mut stream = Stream::new(reader);
        let mut found = Vec::new();
        let result = loop {
            let more = stream.read(|event| {
                let (frame, _) = parse(&event).unwrap().unwrap();
                found.push((frame.kind, frame.payload.to_vec()));
            });
            match more {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let cut = stream.cut();
        drop(stream);
        // A broken pipe, where the stream was given up.
        drop(sender.join().unwrap());
        (found, cut, result)
    }

    #[test]
    fn lines_are_records_too_however_they_are_cut() {
        let long = format!("type=EXECVE msg=audit(1.000:4): a0={}", "x".repeat(300_000));
        let text = format!(
            "type=CWD msg=audit(1.000:1): cwd=\"/\"\n\nnode=a type=PATH msg=audit(1.000:2): \n{long}\ntype=??\nrest"
        );
        for step in [1, 7, 4096, 1 << 20] {
            let (found, cut, result) = texts(text.as_bytes(), step);
            result.unwrap();
            let kinds: Vec<_> = found.iter().map(|(kind, _)| *kind).collect();
            assert_eq!(kinds, [Kind::CWD, Kind::PATH, Kind::EXECVE, Kind::UNNAMED, Kind::UNNAMED]);
            assert_eq!(found[1].1, b"node=a type=PATH msg=audit(1.000:2): ");
            assert_eq!(found[2].1, &long.as_bytes()[..MAX_PAYLOAD]);
            assert_eq!((found[4].1.as_slice(), cut), (&b"rest"[..], 1));
        }
    }

    #[test]
    fn frames_in_buffers_of_one_size_are_found() {
        for rubbish in [0, 7, 0xff] {
            let mut bytes = Vec::new();
            for n in 0..100 {
                let start = bytes.len();
                push(&mut bytes, Version::Kernel, Kind::PATH, format!("{}end", "x".repeat(n * 40)).as_bytes()).unwrap();
                bytes.resize(start + PADDED, rubbish);
            }
            for step in [1000, 8986, 70_000] {
                let (count, result) = frames(&bytes, step);
                result.unwrap();
                assert_eq!(count, 100);
            }
            let (count, result) = frames(&bytes[..PADDED], 1000);
            assert!(count == 1 && result.is_ok(), "{result:?}");
            let (count, result) = frames(&bytes[..PADDED - 1], 1000);
            assert!(count == 1 && matches!(result, Err(StreamError::Frame(_))), "{result:?}");
        }
    }

    #[test]
    fn what_begins_as_neither_is_refused() {
        for (text, step) in [("GET / HTTP/1.1\r\n", 1), ("typewriter\n", 1), ("\u{e4}\n", 100)] {
            let (found, _, result) = texts(text.as_bytes(), step);
            assert!(found.is_empty());
            assert!(matches!(result, Err(StreamError::Neither(_))), "{text}: {result:?}");
        }
        let (found, _, result) = texts(b"", 1);
        assert!(found.is_empty() && result.is_ok());
    }

    #[test]
    fn garbage_ends_the_stream_after_the_good_frames() {
        let mut bytes = Vec::new();
        push(&mut bytes, Version::Line, Kind::PATH, b"end").unwrap();
        bytes.extend_from_slice(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let (count, result) = frames(&bytes, 4096);
        assert_eq!(count, 1);
        let text = result.unwrap_err().to_string();
        assert!(text.starts_with("standard input is not a stream of audit frames: frame of unknown version"), "{text}");
    }
}
