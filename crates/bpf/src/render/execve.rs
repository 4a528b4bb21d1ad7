//! EXECVE (`audit_log_execve_info`, auditsc.c): the argument vector, split over records and over `aN[M]` pieces.

use raudit_record::text::{needs_hex, push_hex_bytes};

/// `MAX_EXECVE_AUDIT_LEN`: what the kernel reads of an argument at a time, and what it puts into one record.
const RECORD_MAX: usize = 7500;
/// What the kernel reserves for ` aN[M]=` and ` aN_len=L`.
const LABEL_MAX: usize = 96;
/// Less room than a label and this much: begin a new record.
const WORTHWHILE: usize = 8;

/// The bodies of the EXECVE records for an argument area (arguments each ended by NUL).
pub fn bodies(argv: &[u8]) -> Vec<Vec<u8>> {
    let args: Vec<&[u8]> = argv
        .strip_suffix(&[0])
        .map(|a| a.split(|&b| b == 0).collect())
        .unwrap_or_else(|| if argv.is_empty() { Vec::new() } else { argv.split(|&b| b == 0).collect() });
    let mut writer = Writer { done: Vec::new(), record: format!("argc={}", args.len()).into_bytes(), room: RECORD_MAX };
    for (number, arg) in args.iter().enumerate() {
        writer.argument(number, arg);
    }
    writer.done.push(writer.record);
    writer.done
}

struct Writer {
    done: Vec<Vec<u8>>,
    record: Vec<u8>,
    /// What is left of the record; the `argc=` does not count.
    room: usize,
}

impl Writer {
    fn argument(&mut self, number: usize, arg: &[u8]) {
        let mut unread = arg;
        let mut buffer: &[u8] = &[];
        let mut encode = false;
        // of an argument that fits one reading the length written is that of its text
        let mut length = arg.len();
        let mut whole = false;
        let mut piece = 0;
        loop {
            if !whole {
                let start = arg.len() - unread.len() - buffer.len();
                let take = RECORD_MAX - buffer.len();
                whole = unread.len() < take;
                let taken = unread.len().min(take);
                unread = unread.get(taken..).unwrap_or_default();
                buffer = arg.get(start..arg.len() - unread.len()).unwrap_or_default();
                if whole {
                    encode = encode || needs_hex(buffer);
                    if length < RECORD_MAX {
                        length = if encode { taken * 2 } else { taken };
                    }
                } else {
                    encode = true;
                    length *= 2;
                }
            }
            let width = if encode { buffer.len() * 2 } else { buffer.len() + 2 };
            if self.room < LABEL_MAX + WORTHWHILE {
                self.done.push(std::mem::take(&mut self.record));
                self.room = RECORD_MAX;
            }
            let split = !whole || piece > 0 || width + LABEL_MAX > self.room;
            self.label(number, split.then_some(piece), length);
            piece += 1;
            let written = self.text(buffer, encode, width);
            buffer = buffer.get(written..).unwrap_or_default();
            if buffer.is_empty() && whole {
                return;
            }
        }
    }

    fn label(&mut self, number: usize, piece: Option<usize>, length: usize) {
        let label = match piece {
            None => format!(" a{number}="),
            Some(0) => format!(" a{number}_len={length} a{number}[0]="),
            Some(piece) => format!(" a{number}[{piece}]="),
        };
        self.record.extend_from_slice(label.as_bytes());
        self.room = self.room.saturating_sub(label.len());
    }

    /// Writes what fits, and says how much that was.
    fn text(&mut self, buffer: &[u8], encode: bool, width: usize) -> usize {
        let fits = match (width > self.room, encode) {
            (false, _) => buffer.len(),
            (true, true) => self.room / 2,
            (true, false) => self.room.saturating_sub(2),
        };
        let text = buffer.get(..fits).unwrap_or(buffer);
        if encode {
            push_hex_bytes(&mut self.record, text);
            self.room = self.room.saturating_sub(text.len() * 2);
        } else {
            self.record.push(b'"');
            self.record.extend_from_slice(text);
            self.record.push(b'"');
            self.room = self.room.saturating_sub(text.len() + 2);
        }
        text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(argv: &[u8]) -> Vec<String> {
        bodies(argv).into_iter().map(|b| String::from_utf8(b).unwrap()).collect()
    }

    #[test]
    fn short_arguments_share_a_record() {
        assert_eq!(texts(b"ls\0-l\0a b\0\0"), ["argc=4 a0=\"ls\" a1=\"-l\" a2=612062 a3=\"\""]);
    }

    #[test]
    fn many_arguments_spread_over_records() {
        let argv: Vec<u8> = (0..2000).flat_map(|n| format!("argument{n}\0").into_bytes()).collect();
        let records = texts(&argv);
        assert!(records.len() > 4, "{}", records.len());
        assert!(records.iter().all(|r| r.len() <= RECORD_MAX + 16));
        assert!(records[1].starts_with(" a"));
        assert_eq!(records.concat().matches("=\"argument").count(), 2000);
    }

    #[test]
    fn a_long_argument_is_cut_in_hex_pieces_that_join_to_the_whole() {
        let mut argv = b"echo\0".to_vec();
        argv.extend(std::iter::repeat_n(b'x', 20_000));
        argv.push(0);
        let joined = texts(&argv).concat();
        assert!(joined.contains(" a1_len=40000 a1[0]="), "{}", &joined[..80]);
        let hex: String = joined
            .split(' ')
            .filter(|p| p.starts_with("a1["))
            .filter_map(|p| p.split_once('=').map(|(_, v)| v))
            .collect();
        assert_eq!(hex.len(), 40_000);
        assert_eq!(raudit_record::text::decode_hex(hex.as_bytes()).unwrap(), vec![b'x'; 20_000]);
    }
}
