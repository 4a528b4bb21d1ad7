use super::*;

const RECORD: &[u8] = b"type=USER msg=audit(1.2:3): hello";

fn message(kind: u32, sequence: u32, text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    push_answer(&mut bytes, kind, sequence, "");
    bytes[10..12].copy_from_slice(&(text.len() as u16).to_le_bytes());
    bytes.extend_from_slice(text);
    bytes
}

#[test]
fn a_header_is_laid_out_as_in_private_h() {
    let mut bytes = Vec::new();
    push_answer(&mut bytes, kind::DISK_FULL, 0x0102_0304, "no");
    assert_eq!(bytes, [0xfe, 0, 0, 0xff, 0, 0, 1, 0, 0, 0x60, 2, 0, 4, 3, 2, 1, b'n', b'o']);
    let mut long = Vec::new();
    push_answer(&mut long, kind::ACK, 1, &"x".repeat(70_000));
    assert_eq!((long.len(), &long[10..12]), (HEADER + ANSWER_MAX, &[0, 1][..]));
}

#[test]
fn records_heartbeats_and_lines_are_found_one_after_the_other() {
    let mut bytes = message(kind::MESSAGE, 7, RECORD);
    bytes.extend(message(kind::HEARTBEAT, 8, b""));
    bytes.extend(message(kind::MESSAGE, 9, &[RECORD, b"\n\0"].concat()));
    bytes.extend_from_slice(RECORD);
    bytes.extend_from_slice(b"\n");
    let (mut found, mut rest) = (Vec::new(), &bytes[..]);
    while let Some((item, len)) = next(rest).unwrap() {
        found.push(item);
        rest = &rest[len..];
    }
    let records = [Some(7), Some(9), None].map(|sequence| Item::Record(sequence, RECORD));
    assert_eq!(found, [records[0], Item::Heartbeat(8), records[1], records[2]]);
    assert!(rest.is_empty());
}

#[test]
fn of_what_is_cut_anywhere_the_rest_is_waited_for() {
    for whole in [message(kind::MESSAGE, 7, RECORD), [RECORD, b"\n"].concat(), message(kind::HEARTBEAT, 7, b"")] {
        for cut in 0..whole.len() {
            assert_eq!(next(&whole[..cut]), Ok(None), "{cut} of {whole:?}");
        }
        assert_eq!(next(&whole).unwrap().unwrap().1, whole.len());
    }
}

#[test]
fn hostile_lengths_and_beginnings_are_errors() {
    let mut long = message(kind::MESSAGE, 1, b"");
    long[10..12].copy_from_slice(&(RECORD_MAX as u16 + 1).to_le_bytes());
    assert_eq!(next(&long), Err(ProtocolError::Record(RECORD_MAX + 1)));
    long[10..12].copy_from_slice(&(RECORD_MAX as u16).to_le_bytes());
    assert_eq!(next(&long), Ok(None));
    let mut line = [b"type=".as_slice(), &vec![b'x'; RECORD_MAX - 5]].concat();
    assert_eq!(next(&line), Ok(None));
    line.push(b'\n');
    assert!(matches!(next(&line), Ok(Some((Item::Record(None, _), len))) if len == RECORD_MAX + 1));
    line.insert(6, b'x');
    assert_eq!(next(&line), Err(ProtocolError::Line));
    let magic = b"\xfe\0\0\xfe0123456789ab";
    for wrong in [&b"GET / HTTP/1.1\r\n"[..], b"G", b"tyPe", b"\n", &magic[..], &magic[..4], &message(0, 1, b"")] {
        assert_eq!(next(wrong), Err(ProtocolError::NotARecord), "{wrong:?}");
    }
    assert_eq!(next(b"no"), Ok(None));
}

#[test]
fn what_a_sender_left_unfinished_is_a_record_or_nothing() {
    assert_eq!(last(RECORD), Some(RECORD));
    assert_eq!((last(b"ty"), last(b""), last(&message(0, 1, RECORD)[..20])), (None, None, None));
}

#[test]
fn a_record_is_one_line() {
    let mut line = Vec::new();
    push_line(&mut line, b"type=A a\nb\0c\x1dA=\"x\"");
    assert_eq!(line, b"type=A a b c\x1dA=\"x\"\n");
}

/// Bytes that differ from run to run in nothing: a failure can be repeated.
fn noise() -> impl FnMut() -> u8 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    }
}

#[test]
fn any_bytes_are_read_to_an_end() {
    let mut byte = noise();
    for round in 0..20_000 {
        let mut bytes = message(u32::from(byte()) & 1, 5, &RECORD[..usize::from(byte()) % RECORD.len()]);
        for _ in 0..round % 8 {
            let at = usize::from(byte()) % bytes.len();
            bytes[at] = byte();
        }
        bytes.extend(std::iter::repeat_with(&mut byte).take(round % 64));
        let mut rest = &bytes[..];
        while let Ok(Some((_, len))) = next(rest) {
            assert!(len > 0 && len <= rest.len());
            rest = &rest[len..];
        }
    }
}

#[test]
fn answers_come_back_as_they_were_pushed() {
    let mut bytes = Vec::new();
    push_message(&mut bytes, kind::DISK_FULL, 7, b"no space");
    let len = bytes.len();
    push_message(&mut bytes, kind::ACK, u32::MAX, b"");
    for part in 0..len {
        assert_eq!(next_answer(&bytes[..part]), Ok(None));
    }
    let found = next_answer(&bytes).unwrap().unwrap();
    assert_eq!(found, (Answer { kind: kind::DISK_FULL, sequence: 7, text: b"no space" }, len));
    let found = next_answer(&bytes[len..]).unwrap().unwrap();
    assert_eq!(found, (Answer { kind: kind::ACK, sequence: u32::MAX, text: b"" }, HEADER));
    assert_eq!(next_answer(b"HTTP/1.1 400"), Err(ProtocolError::Magic));
    assert_eq!(next_answer(b"\xfe\0\0\0"), Err(ProtocolError::Magic));
    bytes[10..12].fill(0xff);
    assert_eq!(next_answer(&bytes), Err(ProtocolError::Answer));
}
