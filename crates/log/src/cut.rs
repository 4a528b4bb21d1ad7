//! Where a batch of lines may be split between two files.

/// The length of the shortest head of `batch` that has at least `room` bytes, ends with a whole line, and does not
/// separate records of one event that follow each other. The whole length if there is none.
pub fn cut(batch: &[u8], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX).max(1);
    if room > batch.len() {
        return batch.len();
    }
    let mut end = line_end(batch, room - 1);
    let last = batch.get(..end.saturating_sub(1)).unwrap_or_default();
    let last = last.get(memchr::memrchr(b'\n', last).map_or(0, |at| at + 1)..).unwrap_or_default();
    let Some(stamp) = stamp(last) else { return end };
    while let Some(rest) = batch.get(end..).filter(|rest| !rest.is_empty()) {
        let next = line_end(rest, 0);
        if rest.get(..next).and_then(self::stamp) != Some(stamp) {
            break;
        }
        end += next;
    }
    end
}

/// Just past the newline at or after `from`.
fn line_end(lines: &[u8], from: usize) -> usize {
    let tail = lines.get(from..).unwrap_or_default();
    memchr::memchr(b'\n', tail).map_or(lines.len(), |at| from + at + 1)
}

/// The bytes between `audit(` and `)` of a line, with the node in front: what is the same in all records of an event.
fn stamp(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = memchr::memmem::find(line, b"msg=audit(")?;
    let stamp = line.get(start..)?;
    let node = line.strip_prefix(b"node=").and_then(|rest| rest.get(..memchr::memchr(b' ', rest)?)).unwrap_or_default();
    Some((node, stamp.get(..memchr::memchr(b')', stamp)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: &[u8] =
        b"type=A msg=audit(1.000:1): x\ntype=B msg=audit(1.000:1): y\ntype=A msg=audit(1.000:2): z\nodd\n";

    #[test]
    fn an_event_is_not_split() {
        for room in [0, 1, 28, 29, 30, 58] {
            assert_eq!(cut(BATCH, room), 58, "{room}");
        }
        assert_eq!(cut(BATCH, 59), 87);
        assert_eq!(cut(BATCH, 88), 91);
        assert_eq!(cut(BATCH, 91), 91);
        assert_eq!(cut(BATCH, 1 << 40), 91);
    }

    #[test]
    fn the_same_stamp_of_another_node_is_another_event() {
        let batch = b"node=a type=A msg=audit(1.000:1): x\nnode=b type=A msg=audit(1.000:1): x\n";
        assert_eq!(cut(batch, 1), 36);
    }

    #[test]
    fn anything_is_cut_somewhere_after_a_newline() {
        for batch in [&b""[..], b"\n", b"\n\n", b"x", b"msg=audit(\nmsg=audit(\n", b"a\nb"] {
            for room in 0..6 {
                let end = cut(batch, room);
                assert!(end == batch.len() || batch[end - 1] == b'\n');
                assert!(end > 0 || batch.is_empty());
            }
        }
    }
}
