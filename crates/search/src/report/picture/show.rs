//! Text of a log, numbers and times, as people may be shown them.

use chrono::{DateTime, Local, TimeZone};
use std::borrow::Cow;

/// Of a text so many characters are shown. 200 of them must leave a page small.
pub(crate) const MOST: usize = 80;
/// What is left of a longer one before and behind the ellipsis; the end of a path says more than its middle.
const HEAD: usize = 45;
const TAIL: usize = MOST - HEAD - 1;

/// Text that moves nothing: control characters and those that hide or turn text are written out, what is not UTF-8 is U+FFFD, and of
/// a long text the middle is left out.
pub(crate) fn shown(text: &[u8]) -> String {
    let mut all = String::with_capacity(text.len().min(4096));
    // nobody sees what is in the middle of so long a text; its end may begin within a character
    let far = 8 * MOST;
    let text = match (text.get(..far), text.len().checked_sub(far).and_then(|from| text.get(from..))) {
        (Some(head), Some(tail)) if text.len() > 2 * far => Cow::Owned([head, tail].concat()),
        _ => Cow::Borrowed(text),
    };
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_visible(&mut all, c));
        if !chunk.invalid().is_empty() {
            all.push(char::REPLACEMENT_CHARACTER);
        }
    }
    let length = all.chars().count();
    if length <= MOST {
        return all;
    }
    all.chars().take(HEAD).chain(['…']).chain(all.chars().skip(length - TAIL)).collect()
}

fn push_visible(out: &mut String, c: char) {
    match c {
        // as the text reports have them
        '\0'..' ' => *out += &format!("\\{:03o}", u32::from(c)),
        _ if c.is_control() || is_hidden(c) => *out += &format!("\\u{{{:x}}}", u32::from(c)),
        _ => out.push(c),
    }
}

/// Characters that show nothing, or have others stand elsewhere: bidirectional controls, joiners, separators, tags.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A number with its thousands set off: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The local time of a moment in milliseconds since the epoch.
pub(crate) fn local(time: i64) -> Option<DateTime<Local>> {
    Local.timestamp_millis_opt(time).earliest()
}

/// A moment in milliseconds since the epoch, in this form of `strftime`; without a date for it, as a number of seconds.
pub(crate) fn moment(time: i64, form: &str) -> String {
    local(time).map_or_else(|| (time / 1000).to_string(), |time| time.format(form).to_string())
}

/// A second since the epoch.
pub(crate) fn second(sec: u64) -> String {
    moment(i64::try_from(sec).unwrap_or(i64::MAX).saturating_mul(1000), "%Y-%m-%d %H:%M:%S")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_or_hide_text_is_written_out() {
        assert_eq!(shown(b"plain \xc3\xa4"), "plain ä");
        assert_eq!(shown(b"a\x1b[1m\n\x7f"), "a\\033[1m\\012\\u{7f}");
        assert_eq!(shown("a\u{202e}b\u{200b}\u{85}".as_bytes()), "a\\u{202e}b\\u{200b}\\u{85}");
        assert_eq!(shown(b"a\xff\xfeb\xc3"), "a\u{fffd}\u{fffd}b\u{fffd}");
    }

    #[test]
    fn the_middle_of_a_long_text_is_left_out() {
        let long = format!("/begin/{}/end", "x".repeat(2_000_000));
        let short = shown(long.as_bytes());
        assert!(short.starts_with("/begin/x") && short.ends_with("x/end") && short.contains("x…x"), "{short}");
        assert_eq!(short.chars().count(), MOST);
        assert_eq!(shown("ä".repeat(MOST).as_bytes()), "ä".repeat(MOST));
        assert_eq!(shown("ä".repeat(1_000_000).as_bytes()).chars().count(), MOST);
    }

    #[test]
    fn numbers_and_times() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(second(u64::MAX), (i64::MAX / 1000).to_string());
    }
}
