//! Times as RFC 3339 writes them.

use chrono::DateTime;
use raudit_record::EventId;
use raudit_record::text::push_padded_decimal;

/// Writes times in UTC; remembers the last second, which many events share.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    sec: Option<u64>,
    /// `2026-11-21T10:00:03`, and behind it the milliseconds of the last event.
    text: Vec<u8>,
}

/// Of `2026-11-21T10:00:03`.
const SECONDS: usize = 19;

impl Clock {
    /// `2026-11-21T10:00:03.917Z`; none after the year 9999, which the form cannot say.
    pub(crate) fn rfc3339(&mut self, id: EventId) -> Option<&[u8]> {
        if self.sec != Some(id.sec) {
            let time = i64::try_from(id.sec).ok().and_then(|sec| DateTime::from_timestamp(sec, 0));
            self.text = time.map(|time| time.format("%Y-%m-%dT%H:%M:%S").to_string().into_bytes()).unwrap_or_default();
            self.sec = Some(id.sec);
        }
        if self.text.get(4) != Some(&b'-') {
            return None;
        }
        self.text.truncate(SECONDS);
        self.text.push(b'.');
        push_padded_decimal(&mut self.text, u64::from(id.milli), 3);
        self.text.push(b'Z');
        Some(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_have_four_digits() {
        let mut clock = Clock::default();
        let mut at = |sec, milli| {
            let time = clock.rfc3339(EventId { sec, milli, serial: 1 });
            time.map(|time| String::from_utf8(time.to_vec()).unwrap())
        };
        assert_eq!(at(1_700_000_000, 7).unwrap(), "2023-11-14T22:13:20.007Z");
        assert_eq!(at(1_700_000_000, 999).unwrap(), "2023-11-14T22:13:20.999Z");
        assert_eq!(at(253_402_300_799, 0).unwrap(), "9999-12-31T23:59:59.000Z");
        assert_eq!(at(253_402_300_800, 0), None);
        assert_eq!(at(u64::MAX, 0), None);
        assert_eq!(at(0, 0).unwrap(), "1970-01-01T00:00:00.000Z");
    }
}
