//! Reading a compressed archive: a stream, in bounded memory, and up to the last block before any damage.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// The largest window taken, as a power of two: what RFC 8878 recommends to every decoder, and what `zstd -19` makes. Ours need 2 MiB.
const LARGEST_WINDOW: u32 = 23;
/// The most that is read at once: a block with its header and the next one's.
const CHUNK: usize = (128 << 10) + 6;
/// What a decoder needs to see to know how long a frame's header is.
const BEGINNING: usize = 5;
/// How a frame begins (`0xFD2FB528`, little endian). No log does.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What a compressed archive holds.
///
/// Damage is an error of the kind `InvalidData`; all blocks before it have been read by then.
pub struct Unpacker<R> {
    source: R,
    decoder: Decoder<'static>,
    /// `buffer[start..filled]` is read but not decoded yet.
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// How much the decoder asks for, so that it decodes block by block: with an error it gives nothing of what came with it.
    wanted: usize,
    /// A frame has begun and not ended, or nothing has begun yet.
    inside: bool,
    /// The decoder may have more to give without more to read.
    pending: bool,
    /// Bytes read.
    position: u64,
}

impl<R> fmt::Debug for Unpacker<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacker").field("position", &self.position).finish_non_exhaustive()
    }
}

impl<R: Read> Unpacker<R> {
    /// Decodes what `source` gives.
    ///
    /// # Errors
    /// There is no memory for a decoder.
    pub fn new(source: R) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW))?;
        let (buffer, wanted) = (vec![0; CHUNK], BEGINNING);
        Ok(Self { source, decoder, buffer, start: 0, filled: 0, wanted, inside: true, pending: false, position: 0 })
    }

    /// Reads as much as is wanted; false at the end of the source.
    fn fill(&mut self) -> io::Result<bool> {
        let wanted = self.wanted.clamp(1, CHUNK);
        let read = self.source.read(self.buffer.get_mut(..wanted).unwrap_or_default())?;
        (self.start, self.filled) = (0, read);
        self.position += read as u64;
        Ok(read > 0)
    }

    fn damaged(&self, what: impl fmt::Display) -> io::Error {
        let why = format!("damaged at byte {}: {what}; the records before are there", self.position);
        io::Error::new(io::ErrorKind::InvalidData, why)
    }
}

impl<R: Read> Read for Unpacker<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while !to.is_empty() {
            if self.start == self.filled && !self.pending && !self.fill()? {
                return if self.inside { Err(self.damaged("it ends too early")) } else { Ok(0) };
            }
            let mut input = InBuffer::around(self.buffer.get(self.start..self.filled).unwrap_or_default());
            let mut output = OutBuffer::around(&mut *to);
            let more = self.decoder.run(&mut input, &mut output);
            let (read, written) = (input.pos(), output.pos());
            let more = more.map_err(|e| self.damaged(e))?;
            self.start += read;
            self.inside = more > 0;
            self.pending = self.inside && written == to.len();
            self.wanted = if self.inside { more } else { BEGINNING };
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// A log or an archive of one, compressed or not.
#[derive(Debug)]
pub enum Input<R> {
    /// As it is.
    Plain(R),
    /// Compressed.
    Packed(Box<Unpacker<R>>),
}

/// Whether a file begins as what is compressed does. It is not read on for that.
///
/// # Errors
/// What reading gives.
pub fn is_packed(file: &File) -> io::Result<bool> {
    let mut first = [0; MAGIC.len()];
    match file.read_exact_at(&mut first, 0) {
        Ok(()) => Ok(first == MAGIC),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

/// What was read to know what it is, and the rest.
pub type Looked<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

impl<R: Read> Input<R> {
    /// What is known to be compressed.
    ///
    /// # Errors
    /// There is no memory for a decoder.
    pub fn packed(source: R) -> io::Result<Self> {
        Unpacker::new(source).map(|unpacker| Self::Packed(Box::new(unpacker)))
    }
}

impl<R: Read> Input<Looked<R>> {
    /// Finds out by the first bytes what it is, unless it is `known` to be compressed; waits for them.
    ///
    /// # Errors
    /// What reading them gives.
    pub fn look(mut source: R, known: bool) -> io::Result<Self> {
        let mut first = Vec::with_capacity(MAGIC.len());
        source.by_ref().take(MAGIC.len() as u64).read_to_end(&mut first)?;
        let packed = known || first == MAGIC;
        let whole = io::Cursor::new(first).chain(source);
        if packed { Self::packed(whole) } else { Ok(Self::Plain(whole)) }
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(to),
            Self::Packed(unpacker) => unpacker.read(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that differ, so that they take several blocks.
    fn lines() -> Vec<u8> {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 33
        };
        (0..20_000)
            .flat_map(|i| format!("type=X msg=audit(1.000:{i}): a={:x}{:x}\n", next(), next()).into_bytes())
            .collect()
    }

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        io::copy(&mut &data[..], &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    /// What can be read, and the error after it.
    fn unpack(archive: &[u8], step: usize) -> (Vec<u8>, Option<io::Error>) {
        let mut unpacker = Unpacker::new(archive).unwrap();
        let (mut all, mut buffer) = (Vec::new(), vec![0; step]);
        loop {
            match unpacker.read(&mut buffer) {
                Ok(0) => return (all, None),
                Ok(n) => all.extend_from_slice(&buffer[..n]),
                Err(e) => return (all, Some(e)),
            }
        }
    }

    #[test]
    fn frames_follow_each_other_with_frames_to_skip_in_between() {
        let (data, skipped) = (lines(), [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat());
        let archive = [&skipped[..], &packed(&data), &skipped, &packed(b"last\n"), &packed(b""), &skipped].concat();
        for step in [1 << 20, 1 << 17, 1000] {
            let (all, error) = unpack(&archive, step);
            assert!(error.is_none(), "{error:?}");
            assert!(all == [&data[..], b"last\n"].concat());
        }
    }

    #[test]
    fn a_cut_archive_gives_what_is_before_the_cut() {
        let data = lines();
        let archive = packed(&data);
        let mut longest = 0;
        for cut in (0..50).map(|n| archive.len() * n / 50) {
            let (all, error) = unpack(&archive[..cut], 1 << 20);
            assert_eq!(error.unwrap().kind(), io::ErrorKind::InvalidData);
            assert!(data.starts_with(&all) && all.len() >= longest);
            // All but the block that was cut.
            assert!(
                all.len() + (128 << 10) + (data.len() / 50) * 2 >= data.len() * cut / archive.len(),
                "{cut}: {}",
                all.len()
            );
            longest = all.len();
        }
    }

    #[test]
    fn a_wrong_byte_anywhere_is_noticed_and_costs_nothing_before_it() {
        let data = lines();
        let archive = packed(&data);
        for at in (0..200).map(|n| archive.len() * n / 200) {
            let mut wrong = archive.clone();
            wrong[at] ^= 0x10;
            let (all, error) = unpack(&wrong, 1 << 20);
            assert!(error.is_some_and(|e| e.kind() == io::ErrorKind::InvalidData), "{at}");
            let before = all.iter().zip(&data).take_while(|(a, b)| a == b).count();
            assert!(before + (256 << 10) >= data.len() * at / archive.len(), "{at}: {before}");
        }
    }

    #[test]
    fn hostile_archives_are_errors() {
        let window = |byte: u8| [&MAGIC[..], &[0, byte, 1, 0, 0]].concat();
        let dictionary = [&MAGIC[..], &[0x23, 9, 0, 0, 0, 1, 1, 0, 0, b'x']].concat();
        let mut hostile =
            vec![window(0x70), window(0xff), dictionary, b"type=X\n".to_vec(), Vec::new(), MAGIC.to_vec()];
        hostile.push([0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 1, 2, 3].to_vec());
        hostile.push([&packed(b"good\n")[..], b"garbage"].concat());
        let mut state = 7u32;
        for len in 0..300 {
            let noise = (0..len).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            });
            hostile.push(MAGIC.into_iter().chain(noise).collect());
        }
        for (n, archive) in hostile.iter().enumerate() {
            let (all, error) = unpack(archive, 4096);
            assert!(error.is_some_and(|e| e.kind() == io::ErrorKind::InvalidData), "{n}: {all:?}");
        }
        assert_eq!(unpack(&hostile[7], 4096).0, b"good\n");
    }

    #[test]
    fn a_bomb_takes_no_memory() {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        io::copy(&mut io::repeat(b'\n').take(1 << 28), &mut encoder).unwrap();
        let bomb = encoder.finish().unwrap();
        assert!(bomb.len() < 1 << 16);
        let read = io::copy(&mut Unpacker::new(&bomb[..]).unwrap(), &mut io::sink()).unwrap();
        assert_eq!(read, 1 << 28);
    }

    #[test]
    fn what_it_is_shows_in_its_first_bytes() {
        for data in [&b""[..], b"ab", b"abc\n", b"type=X msg=audit(1.000:1): \n"] {
            for source in [data.to_vec(), packed(data)] {
                let mut all = Vec::new();
                Input::look(&source[..], false).unwrap().read_to_end(&mut all).unwrap();
                assert_eq!(all, data);
            }
        }
    }
}
