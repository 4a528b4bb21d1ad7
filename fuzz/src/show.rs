//! Events in every format: what stands in a log does not drive the terminal it is shown on.

use raudit_record::interpret::Escape;
use raudit_record::stamp::StampReader;
use raudit_search::event::Event;
use raudit_search::group::Grouper;
use raudit_search::locale::DateForm;
use raudit_search::print::{Format, Printer};

const FORMATS: [Format; 3] = [Format::Raw, Format::Default, Format::Interpret];

/// The input is a log.
pub fn check(input: &[u8]) {
    let (mut grouper, mut stamps) = (Grouper::new(2), StampReader::default());
    for line in raudit_log::read::lines_of(input, 0) {
        if let Ok(stamp) = stamps.read(line.bytes) {
            grouper.add(&stamp, line.bytes);
        }
    }
    grouper.finish();
    let events: Vec<Event> = std::iter::from_fn(|| grouper.pop()).collect();
    for format in FORMATS {
        for name in ["raw", "tty", "shell", "shell_quote"] {
            let escape = Escape::named(name).expect("a mode of --escape");
            let mut printer = Printer::new(format, &DateForm::default(), escape);
            let mut out = Vec::new();
            for event in &events {
                printer.print(event, &mut out).expect("memory takes all");
            }
            if format != Format::Raw && name != "raw" {
                let control = out.iter().find(|byte| **byte < b' ' && **byte != b'\n');
                assert!(control.is_none(), "{}", out.escape_ascii());
            }
        }
    }
}
