use super::*;
use crate::marks::Mark;
use crate::source::Source;
use std::fs;

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }
}

/// A log in which records of neighbours interleave, calls that slept are late, some stamps come twice, and now and then a line is none;
/// one event in `rare` says "canary".
fn log(seed: u64, events: u64, rare: u64) -> Vec<String> {
    let mut random = Random(seed | 1);
    let rate = 1 + random.below(200);
    let mut lines = Vec::new();
    let mut milli = 1_700_000_000_000;
    for serial in 0..events {
        milli += random.below(2000 / rate + 1);
        let late = if random.below(50) == 0 { random.below(40_000) } else { 0 };
        let stamp = |milli: u64| format!("msg=audit({}.{:03}:{serial}):", milli / 1000, milli % 1000);
        let kind = if random.below(10) == 0 { "USER_ACCT" } else { "SYSCALL" };
        let word = if random.below(rare) == 0 { "canary" } else { "bird" };
        let at = lines.len();
        lines.push(format!("type={kind} {} pid={serial} key=\"{word}\" {}", stamp(milli - late), "x".repeat(100)));
        for item in 0..random.below(4) {
            lines.push(format!("type=PATH {} item={item} name=\"/{word}\"", stamp(milli - late)));
        }
        if random.below(5) == 0 && at > 2 {
            let other = at - 1 - random.below(2) as usize;
            lines.swap(at, other);
        }
        if random.below(40) == 0 {
            let word = if random.below(rare) == 0 { "canary" } else { "bird" };
            lines.push(format!("not a record, with {word}"));
        }
        if random.below(60) == 0 {
            let again = lines[random.below(lines.len() as u64) as usize].clone();
            lines.push(again);
        }
    }
    lines
}

/// The events with the word, in order, and how many were looked at.
fn found(search: Search, source: &Source, word: &[u8]) -> (Vec<String>, usize) {
    let (mut events, mut seen) = (Vec::new(), 0);
    let mut each = |event: &mut Event, _: &mut dyn Write| {
        seen += 1;
        let text = String::from_utf8(event.text().to_vec()).unwrap();
        if memchr::memmem::find(text.as_bytes(), word).is_some() {
            events.push(text);
        }
        Ok(ControlFlow::Continue(()))
    };
    search.run(source, &mut Vec::new(), &mut each).unwrap();
    (events, seen)
}

fn lead() -> Option<Lead> {
    Some(Lead { mark: Mark::plain(b"canary"), term: Term::Text(b"canary".to_vec()) })
}

fn indexed(dir: &Path) {
    for file in files(&dir.join("audit.log")).unwrap() {
        raudit_index::update(&file.path).unwrap();
    }
}

fn written(dir: &Path, lines: &[String], files: usize) -> Source {
    for (number, part) in lines.chunks(lines.len().div_ceil(files)).enumerate() {
        let number = files - 1 - number;
        let name = if number == 0 { "audit.log".to_owned() } else { format!("audit.log.{number}") };
        fs::write(dir.join(name), part.join("\n") + "\n").unwrap();
    }
    Source::Log(dir.join("audit.log"))
}

#[test]
fn what_is_passed_over_changes_no_answer() {
    let mut passed = 0;
    for seed in 1..13 {
        let dir = tempfile::tempdir().unwrap();
        let lines = log(seed * 7919, 6000, [3, 100, 3000][seed as usize % 3]);
        let source = written(dir.path(), &lines, 1 + seed as usize % 4);
        let search = || Search::new(Window::default(), 2);
        let whole = found(search(), &source, b"canary");
        let hurried = found(search().hurried(lead()), &source, b"canary");
        assert_eq!(whole.0, hurried.0, "seed {seed}");
        passed += whole.1 - hurried.1;
        indexed(dir.path());
        assert_eq!(whole.0, found(search().hurried(lead()), &source, b"canary").0, "seed {seed} with an index");
    }
    assert!(passed > 8_000, "{passed}");
}

#[test]
fn a_window_is_found_wherever_it_begins_and_whatever_comes_late() {
    for seed in 1..6 {
        let dir = tempfile::tempdir().unwrap();
        let lines = log(seed * 104_729, 5000, 10);
        let source = written(dir.path(), &lines, 1 + seed as usize % 5);
        let stamps =
            lines.iter().filter_map(|line| line.split_once("audit(")?.1.split_once('.')?.0.parse::<i64>().ok());
        let (first, last) = (1_700_000_000, stamps.max().unwrap());
        for step in [-1, 0, 2, 5, 9, 10, 11] {
            let start = first + (last - first) * step / 10;
            for end in [0, start, start + 1, start + (last - first) / 7] {
                let search = || Search::new(Window { start, end }, 2);
                let whole = found(search(), &source, b"type=");
                let hurried = found(search().hurried(None), &source, b"type=");
                assert_eq!(whole.0, hurried.0, "seed {seed}, {start} to {end}");
                let both = found(search().hurried(lead()), &source, b"canary");
                assert_eq!(found(search(), &source, b"canary").0, both.0, "seed {seed}, {start} to {end}");
                indexed(dir.path());
                assert_eq!(
                    whole.0,
                    found(search().hurried(None), &source, b"type=").0,
                    "seed {seed}, {start} to {end}, index"
                );
                let indexed = found(search().hurried(lead()), &source, b"canary");
                assert_eq!(both.0, indexed.0, "seed {seed}, {start} to {end}, index");
                fs::remove_dir_all(dir.path().join(".index")).unwrap();
            }
        }
    }
}

#[test]
fn pieces_are_whole_lines() {
    let long = "y".repeat(3 * PIECE);
    let text = [&"x\n".repeat(PIECE), &long, "\n", "short\n", "torn"].concat();
    let cut: Vec<&[u8]> = pieces(text.as_bytes()).collect();
    assert_eq!(cut.concat(), text.as_bytes());
    assert!(cut.iter().rev().skip(1).all(|piece| piece.ends_with(b"\n")) && cut.len() == 5, "{}", cut.len());
}
