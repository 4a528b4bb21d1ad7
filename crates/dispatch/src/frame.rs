//! The frames in which records travel to raudispd and to plugins with `format = binary`: auditd's own.
//!
//! ```text
//!   0        4        8        12       16
//!   | ver    | hlen   | type   | size   | size bytes of payload
//! ```
//!
//! All numbers are `u32` in the byte order of the machine (`struct audit_dispatcher_header` of libaudit.h).
//! `hlen` is 16.

use raudit_record::Kind;

/// The length of a header.
pub const HEADER: usize = 16;

/// The largest payload: a record of the kernel (8970 bytes, `MAX_AUDIT_MESSAGE_LENGTH`) after enriching, with node and type
/// in front, has less. The bound keeps a broken stream from claiming memory.
pub const MAX_PAYLOAD: usize = 16 << 10;

/// What a payload is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    /// 0: the kernel's text alone, `audit(...): ...`. Only for local records in RAW format without node name.
    Kernel,
    /// 1: the whole line, `[node=..] type=.. msg=..`, without newline.
    Line,
}

impl Version {
    fn number(self) -> u32 {
        match self {
            Self::Kernel => 0,
            Self::Line => 1,
        }
    }

    fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Kernel),
            1 => Some(Self::Line),
            _ => None,
        }
    }
}

/// A stream that is not one of frames. There is no way to find the next frame in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// A version we do not know.
    #[error("frame of unknown version {0}")]
    Version(u32),
    /// A header length other than 16.
    #[error("frame with a header of {0} bytes, 16 are expected")]
    Header(u32),
    /// More payload than [`MAX_PAYLOAD`].
    #[error("frame with {0} bytes, {MAX_PAYLOAD} are allowed")]
    Size(usize),
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame, after {0} bytes of it")]
    Torn(usize),
}

/// Appends a frame to `out`.
///
/// # Errors
/// The payload is too large; nothing is appended.
pub fn push(out: &mut Vec<u8>, version: Version, kind: Kind, payload: &[u8]) -> Result<(), FrameError> {
    let size = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    if payload.len() > MAX_PAYLOAD {
        return Err(FrameError::Size(payload.len()));
    }
    out.reserve(HEADER + payload.len());
    for number in [version.number(), HEADER as u32, kind.0, size] {
        out.extend_from_slice(&number.to_ne_bytes());
    }
    out.extend_from_slice(payload);
    Ok(())
}

/// A frame taken from a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame<'a> {
    /// What the payload is.
    pub version: Version,
    /// The record's type.
    pub kind: Kind,
    /// The record.
    pub payload: &'a [u8],
    /// Header and payload.
    pub bytes: &'a [u8],
}

impl Frame<'_> {
    /// Appends the record as a line of text with its newline, as plugins with `format = string` get it.
    pub fn push_line(&self, out: &mut Vec<u8>) {
        let start = out.len();
        if self.version == Version::Kernel {
            out.extend_from_slice(b"type=");
            self.kind.push(out);
            out.extend_from_slice(b" msg=");
        }
        out.extend_from_slice(self.payload);
        for byte in out.iter_mut().skip(start).filter(|byte| **byte == b'\n') {
            *byte = b' ';
        }
        out.push(b'\n');
    }
}

/// Takes frames out of the beginning of `bytes`.
///
/// Gives the frame and its length, or `None` if `bytes` holds only a part of one.
///
/// # Errors
/// The bytes are no frame, seen as soon as the header is there.
pub fn parse(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, FrameError> {
    let Some((header, _)) = bytes.split_at_checked(HEADER) else { return Ok(None) };
    let mut numbers = header.chunks_exact(4).map(|four| four.try_into().map_or(0, u32::from_ne_bytes));
    let mut number = || numbers.next().unwrap_or(0);
    let (version, hlen, kind, size) = (number(), number(), Kind(number()), number() as usize);
    let version = Version::from_number(version).ok_or(FrameError::Version(version))?;
    if hlen as usize != HEADER {
        return Err(FrameError::Header(hlen));
    }
    if size > MAX_PAYLOAD {
        return Err(FrameError::Size(size));
    }
    let frame = bytes.get(..HEADER + size);
    Ok(frame.map(|bytes| {
        let payload = bytes.get(HEADER..).unwrap_or_default();
        (Frame { version, kind, payload, bytes }, bytes.len())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_were_pushed() {
        let mut stream = Vec::new();
        push(&mut stream, Version::Kernel, Kind::SYSCALL, b"audit(1.000:1): x").unwrap();
        push(&mut stream, Version::Line, Kind(1999), b"").unwrap();
        push(&mut stream, Version::Line, Kind::PATH, &vec![b'x'; MAX_PAYLOAD]).unwrap();
        let (first, length) = parse(&stream).unwrap().unwrap();
        assert_eq!(
            (first.version, first.kind, first.payload),
            (Version::Kernel, Kind::SYSCALL, &b"audit(1.000:1): x"[..])
        );
        assert_eq!(length, 33);
        assert_eq!(stream[..16], [0u32, 16, 1300, 17].map(u32::to_ne_bytes).concat());
        let (second, length) = parse(&stream[33..]).unwrap().unwrap();
        assert_eq!((second.version, second.kind, second.payload, length), (Version::Line, Kind(1999), &b""[..], 16));
        assert_eq!(parse(&stream[49..]).unwrap().unwrap().1, HEADER + MAX_PAYLOAD);
        for part in 0..33 {
            assert_eq!(parse(&stream[..part]), Ok(None));
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let header = |numbers: [u32; 4]| numbers.map(u32::to_ne_bytes).concat();
        assert_eq!(parse(&header([2, 16, 1300, 0])), Err(FrameError::Version(2)));
        assert_eq!(parse(&header([1, 24, 1300, 0])), Err(FrameError::Header(24)));
        assert_eq!(parse(&header([1, 16, 1300, 1 << 20])), Err(FrameError::Size(1 << 20)));
        assert_eq!(parse(&header([1, 16, 1300, u32::MAX])), Err(FrameError::Size(u32::MAX as usize)));
        let mut out = vec![7];
        assert!(push(&mut out, Version::Line, Kind::PATH, &vec![0; MAX_PAYLOAD + 1]).is_err());
        assert_eq!(out, [7]);
    }

    #[test]
    fn lines_are_those_auditd_gives_its_plugins() {
        let line = |version, kind, payload: &[u8]| {
            let (mut frame, mut out) = (Vec::new(), b"before\n".to_vec());
            push(&mut frame, version, kind, payload).unwrap();
            parse(&frame).unwrap().unwrap().0.push_line(&mut out);
            String::from_utf8(out.split_off(7)).unwrap()
        };
        assert_eq!(
            line(Version::Kernel, Kind::CWD, b"audit(1.0:1): cwd=\"/\" "),
            "type=CWD msg=audit(1.0:1): cwd=\"/\" \n"
        );
        assert_eq!(
            line(Version::Kernel, Kind(1999), b"audit(1.0:1): a\nb"),
            "type=UNKNOWN[1999] msg=audit(1.0:1): a b\n"
        );
        assert_eq!(line(Version::Line, Kind::CWD, b"node=x type=CWD msg=y "), "node=x type=CWD msg=y \n");
        assert_eq!(line(Version::Kernel, Kind::EOE, b""), "type=EOE msg=\n");
    }

    #[test]
    fn any_bytes_give_a_frame_an_error_or_a_wish_for_more() {
        let mut seed: u64 = 7;
        for _ in 0..50_000 {
            let mut bytes = Vec::new();
            for choices in [[0, 1, 2], [16, 16, 15], [1300, 0, u32::MAX], [0, 3, 1 << 31]] {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                bytes.extend_from_slice(&choices[(seed >> 33) as usize % 3].to_ne_bytes());
            }
            bytes.truncate((seed >> 20) as usize % 20);
            bytes.resize((seed >> 40) as usize % 24, 0);
            if let Ok(Some((frame, length))) = parse(&bytes) {
                assert_eq!(frame.bytes, &bytes[..length]);
                assert_eq!(frame.payload.len() + HEADER, length);
            }
        }
    }
}
