//! What `rauditctl` prints on standard output.

use super::words::Words;
use crate::protocol::RuleCounts;
use crate::{Features, Status};
use raudit_rules::{Rule, print};
use std::io::{self, Write};

const USAGE: &str = "\
usage: rauditctl [options]
Rules
    -a <list,action>         Add a rule at the end of its list
    -A <list,action>         Add a rule at the front of its list
    -d <list,action>         Delete a rule
                             lists: exit exclude task user filesystem io_uring
                             actions: always never
    -F <field op value>      A condition; op is one of = != < <= > >= & &=
    -C <field op field>      A condition on two fields; op is = or !=
    -S <name or number>      System calls, or io_uring's operations: a,b,c
    -k <key>                 A key to find the rule's records by
    -w <path>                Watch a file or directory
    -W <path>                Remove a watch
    -p <rwxa>                Accesses: read, write, execute, attributes
    -l [-i | -k <key>]       List rules; -i: with words for numbers
    -l --stats               List rules with what each decided and lost
    -D [-k <key>]            Delete all rules, or those with a key
    -R <file>                Read rules from a file
    --check <file>...        Say what is wrong with files of rules
    --explain <rule>         Say what a rule means and where it would run
    -i, -c                   In a file: go on after errors; succeed or fail
State
    -s [-i]                  Show the state; -i: in words
    --status-json            Show the state and the plugins as a JSON object
    -e <0|1|2>               Auditing: 0 off, 1 on, 2 on until the next boot
    -f <0|1|2>               At a lost record: 0 nothing, 1 a message, 2 panic
    -b <number>              Most records waiting
    -r <number>              Most records a second, 0 = any number
    --backlog_wait_time <n>  Clock ticks a task waits for room for records
    --reset-lost             Set the count of lost records to 0
    --reset_backlog_wait_time_actual
                             Set the time that tasks have waited to 0
    --loginuid-immutable     Login uids cannot be changed until the next boot
Other
    --signal <signal>        Send the daemon a signal: TERM or stop, HUP or
                             reload, USR1 or rotate, USR2 or resume,
                             CONT or state, URG or upgrade
    -q <mount,subtree>       Directory watches on mount cover subtree too
    -t                       Forget directories that were watched and are gone
    -m <text>                Log a message
    -v                       Show the version
    -h, --help               Show this
";

const NO_RULES: &[u8] = b"No rules\n";

/// How to use the program.
pub(super) fn usage() -> io::Result<()> {
    bytes(USAGE.as_bytes())
}

/// The auditctl whose commands and plugins these are: programs ask for it to know what they may use.
const AUDITCTL: &str = "4.2.2";

/// The program's version; by the name of auditctl, that of the one it stands for.
pub(super) fn version(is_auditctl: bool) -> io::Result<()> {
    match is_auditctl {
        true => bytes(format!("auditctl version {AUDITCTL}\n").as_bytes()),
        false => bytes(format!("rauditctl version {}\n", env!("CARGO_PKG_VERSION")).as_bytes()),
    }
}

/// Writes as it is. Who stops reading early (`| head`) has what it wants.
pub(super) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Rules whose key contains `key`, one a line. `No rules` only if there are none at all.
pub(super) fn rules(rules: &[Rule], interpret: bool, key: &[u8]) -> io::Result<()> {
    bytes(&rules_text(rules, interpret, key))
}

/// The same as text.
pub(super) fn rules_text(rules: &[Rule], interpret: bool, key: &[u8]) -> Vec<u8> {
    if rules.is_empty() {
        return NO_RULES.to_vec();
    }
    let mut words = interpret.then(Words::default);
    let mut text = Vec::new();
    for rule in rules.iter().filter(|rule| print::key_contains(rule, key)) {
        match &mut words {
            Some(words) => text.extend(print::rule_in_words(rule, &mut |argument| words.of(argument))),
            None => text.extend(print::rule(rule)),
        }
        text.push(b'\n');
    }
    text
}

/// Rules with how often each decided and how many events were lost then, `-` where nobody counts.
pub(super) fn hits(rules: &[(Rule, Option<RuleCounts>)]) -> io::Result<()> {
    if rules.is_empty() {
        return bytes(NO_RULES);
    }
    let decided = |c: &RuleCounts| c.decided.to_string();
    let lost = |c: &RuleCounts| match c.all_lost() {
        0 => "0".into(),
        sum => format!("{sum}({})", c.lost_text()),
    };
    let column = |show: &dyn Fn(&RuleCounts) -> String| -> Vec<String> {
        rules.iter().map(|(_, counts)| counts.as_ref().map_or_else(|| "-".into(), show)).collect()
    };
    let columns = [column(&decided), column(&lost)];
    let [first, second] = columns.each_ref().map(|c| c.iter().map(String::len).max().unwrap_or(0));
    let [decided, lost] = columns;
    let mut text = Vec::new();
    for ((rule, _), (decided, lost)) in rules.iter().zip(decided.iter().zip(lost)) {
        text.extend(format!("{decided:>first$}  {lost:>second$}  ").into_bytes());
        text.extend(print::rule(rule));
        text.push(b'\n');
    }
    bytes(&text)
}

/// The state, a line for each member.
pub(super) fn status(status: &Status, interpret: bool) -> io::Result<()> {
    bytes(status_text(status, interpret).as_bytes())
}

/// The same as text.
pub(super) fn status_text(status: &Status, interpret: bool) -> String {
    let word = |value: u32, words: [&str; 3]| match words.get(value as usize) {
        Some(word) if interpret => (*word).to_owned(),
        None if interpret => "unknown".to_owned(),
        _ => value.to_string(),
    };
    let mut text = format!(
        "enabled {}\nfailure {}\npid {}\nrate_limit {}\nbacklog_limit {}\nlost {}\nbacklog {}\nbacklog_wait_time {}\n",
        word(status.enabled, ["disable", "enabled", "enabled+immutable"]),
        word(status.failure, ["silent", "printk", "panic"]),
        status.pid,
        status.rate_limit,
        status.backlog_limit,
        status.lost,
        status.backlog,
        status.backlog_wait_time.unwrap_or(0),
    );
    if let Some(waited) = status.backlog_wait_time_actual {
        text.push_str(&format!("backlog_wait_time_actual {waited}\n"));
    }
    text
}

/// The tenth line of the state.
pub(super) fn features(features: &Features) -> io::Result<()> {
    let bit = Features::LOGINUID_IMMUTABLE;
    if features.mask & bit == 0 {
        return Ok(());
    }
    let on = u32::from(features.features & bit != 0);
    let locked = if features.lock & bit != 0 { "locked" } else { "unlocked" };
    bytes(format!("loginuid_immutable {on} {locked}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_auditctls() {
        let mut status = Status { enabled: 2, failure: 1, backlog_limit: 64, pid: 7, ..Status::default() };
        let text =
            "enabled 2\nfailure 1\npid 7\nrate_limit 0\nbacklog_limit 64\nlost 0\nbacklog 0\nbacklog_wait_time 0\n";
        assert_eq!(status_text(&status, false), text);
        status.backlog_wait_time_actual = Some(5);
        assert!(status_text(&status, false).ends_with("\nbacklog_wait_time_actual 5\n"));
        let words = status_text(&status, true);
        assert!(words.starts_with("enabled enabled+immutable\nfailure printk\npid 7\n"), "{words}");
        status.enabled = 9;
        assert!(status_text(&status, true).starts_with("enabled unknown\n"));
    }
}
