//! Logs and conditions: whatever is asked for stands where a search looks first.

use raudit_index::build::Builder;
use raudit_record::Kind;
use raudit_record::stamp::StampReader;
use raudit_search::event::Event;
use raudit_search::group::Grouper;
use raudit_search::items::{Items, Wanted};
use raudit_search::needle::Needle;
use raudit_search::query::{Judge, Query, Verdict};
use raudit_search::who::User;

/// The input: a byte that says what is asked for, the text or number, a newline, and the log.
pub fn check(input: &[u8]) {
    let Some((&what, rest)) = input.split_first() else { return };
    let at = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let (asked, log) = (&rest[..at], rest.get(at + 1..).unwrap_or_default());
    let query = query(what, asked);
    let (mut grouper, mut stamps, mut judge) = (Grouper::new(2), StampReader::default(), Judge::new(&query));
    let mut one = |event: &Event| {
        // all that can be read of it, whether it is asked for or not
        drop(Items::of(event, Wanted::all()));
        if matches!(judge.judge(event), Verdict::Match) {
            stands_where_it_is_looked_for(&query, event);
        }
    };
    for line in raudit_log::read::lines_of(log, 0) {
        if let Ok(stamp) = stamps.read(line.bytes) {
            grouper.add(&stamp, line.bytes);
        }
        std::iter::from_fn(|| grouper.pop()).for_each(|event| one(&event));
    }
    grouper.finish();
    std::iter::from_fn(|| grouper.pop()).for_each(|event| one(&event));
}

/// A search passes over what has no mark, and an index over what has not its term: an event that is asked for has both.
fn stands_where_it_is_looked_for(query: &Query, event: &Event) {
    let Some(lead) = query.lead() else { return };
    let lines: Vec<u8> = event.records().flat_map(|record| [record.line, b"\n"].concat()).collect();
    assert!(lead.mark.may_be_in(&lines), "{lead:?} in {}", lines.escape_ascii());
    assert!(Builder::default().entry(&lines).may_have(&lead.term), "{lead:?} in {}", lines.escape_ascii());
}

fn query(what: u8, asked: &[u8]) -> Query {
    let needle = Some(Needle::new(asked));
    let number = std::str::from_utf8(asked).ok().and_then(|text| text.parse::<u32>().ok());
    let mut query = Query::default();
    match what % 20 {
        0 => query.key = needle,
        1 => query.comm = needle,
        2 => query.exe = needle,
        3 => query.file = needle,
        4 => query.terminal = needle,
        5 => query.host = needle,
        6 => query.uuid = needle,
        7 => query.vm = needle,
        8 => query.subject = needle,
        9 => query.object = needle,
        10 => query.nodes = vec![asked.to_vec()],
        11 => query.serial = number.map(u64::from),
        12 => query.kinds = number.map(Kind).into_iter().collect(),
        13 => query.pid = number,
        14 => query.ppid = number,
        15 => query.session = number,
        16 => query.syscall = number,
        17 => query.who.auid = number.map(User::Number),
        18 => {
            (query.who.uid, query.who.euid, query.who.any_user) =
                (number.map(User::Number), number.map(User::Number), true)
        }
        _ => query.who.egid = number,
    }
    if what >= 128 {
        query.be_exact();
    }
    query
}
