//! Inputs as lines of text, so that a corpus is one file that can be read and compared.
//!
//! Bytes that are no printable ASCII are `\x00`, a backslash is `\\`, and `\{9}` says that the byte before comes nine times
//! more.

/// Shorter runs are written out.
const RUN: usize = 8;

/// An input as a line, without a newline.
pub fn escape(input: &[u8]) -> String {
    let mut line = String::new();
    for run in input.chunk_by(|a, b| a == b) {
        let Some(&byte) = run.first() else { continue };
        let one = match byte {
            b'\\' => "\\\\".to_owned(),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        if run.len() > RUN {
            line.push_str(&format!("{one}\\{{{}}}", run.len() - 1));
        } else {
            line.push_str(&one.repeat(run.len()));
        }
    }
    line
}

/// The input a line stands for; `None` if it is none.
pub fn unescape(line: &str) -> Option<Vec<u8>> {
    let mut input = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        rest = rest.get(first.len_utf8()..)?;
        if first != '\\' {
            input.push(u8::try_from(first).ok()?);
        } else if let Some(after) = rest.strip_prefix('\\') {
            input.push(b'\\');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('x') {
            input.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            let (times, after) = rest.strip_prefix('{')?.split_once('}')?;
            let byte = *input.last()?;
            input.extend(std::iter::repeat_n(byte, times.parse().ok().filter(|&times: &usize| times < 1 << 20)?));
            rest = after;
        }
    }
    Some(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for input in [&b""[..], b"-w /a\\ b\t\xff", &[0; 1000], b"\\{3}", &[b'\\'; 30]] {
            assert_eq!(unescape(&escape(input)).as_deref(), Some(input));
        }
        assert_eq!(escape(&[b"a".as_slice(), &[0; 20]].concat()), "a\\x00\\{19}");
        assert_eq!(unescape("\\{9}"), None);
        assert_eq!(unescape("\\x1"), None);
    }
}
