//! Frames from a descriptor.

use crate::feed::Event;
use crate::frame::{FrameError, parse};
use nix::errno::Errno;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

/// How much is read at once; more than a frame.
const BUFFER: usize = 256 << 10;

/// Why a stream ended.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It is none of frames.
    #[error("standard input is not a stream of audit frames: {0}")]
    Frame(#[from] FrameError),
    /// It cannot be read.
    #[error("cannot read standard input: {0}")]
    Read(#[from] io::Error),
}

/// The stream rauditd writes.
#[derive(Debug)]
pub struct Stream<F> {
    source: F,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
}

impl<F: AsFd> Stream<F> {
    /// Takes frames from `source`.
    pub fn new(source: F) -> Self {
        Self { source, buffer: vec![0; BUFFER], start: 0, filled: 0 }
    }

    /// Reads once, and hands every whole frame to `each`. False at the end of the stream.
    ///
    /// # Errors
    /// The stream is broken. Frames before that have been handed out.
    pub fn read(&mut self, mut each: impl FnMut(Event)) -> Result<bool, StreamError> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= std::mem::take(&mut self.start);
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        match nix::unistd::read(&self.source, room) {
            Ok(0) if self.filled == 0 => return Ok(false),
            Ok(0) => return Err(FrameError::Torn(self.filled).into()),
            Ok(n) => self.filled += n,
            Err(Errno::EINTR | Errno::EAGAIN) => return Ok(true),
            Err(error) => return Err(StreamError::Read(error.into())),
        }
        while let Some((frame, length)) = parse(self.buffer.get(self.start..self.filled).unwrap_or_default())? {
            each(Arc::from(frame.bytes));
            self.start += length;
        }
        Ok(true)
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
