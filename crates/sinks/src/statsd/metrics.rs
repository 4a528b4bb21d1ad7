//! The metrics as statsd takes them: lines `NAME:VALUE|TYPE`, of type `g` (gauge) or `c` (counter).

use crate::statsd::events::Counters;
use crate::statsd::gauges::Gauges;

/// The most bytes in a datagram: small enough for any network.
const DATAGRAM: usize = 512;

/// The metrics as datagrams, in auditd's order: one, unless numbers are large.
pub fn datagrams(gauges: &Gauges, counters: &Counters) -> Vec<String> {
    let lines = [
        ("kernel.lost", gauges.lost, 'g'),
        ("kernel.backlog", gauges.backlog, 'g'),
        ("auditd.free_space", gauges.free_space, 'g'),
        ("auditd.plugin_current_depth", gauges.plugin_depth, 'g'),
        ("auditd.plugin_max_depth", gauges.plugin_deepest, 'g'),
        ("auditd.total_memory", gauges.memory, 'g'),
        ("auditd.memory_in_use", gauges.memory_in_use, 'g'),
        ("auditd.memory_free", gauges.memory_free, 'g'),
        ("events.total_count", counters.total, 'c'),
        ("events.total_failed", counters.failed, 'c'),
        ("events.avc_count", counters.avc, 'c'),
        ("events.fanotify_count", counters.fanotify, 'c'),
        ("events.logins_success", counters.logins_success, 'c'),
        ("events.logins_failed", counters.logins_failed, 'c'),
        ("events.anomaly_count", counters.anomalies, 'c'),
        ("events.response_count", counters.responses, 'c'),
    ];
    let mut datagrams = vec![String::new()];
    for (name, value, kind) in lines {
        let line = format!("{name}:{value}|{kind}\n");
        match datagrams.last_mut() {
            Some(last) if last.len() + line.len() < DATAGRAM => last.push_str(&line),
            _ => datagrams.push(line),
        }
    }
    datagrams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_auditds() {
        let gauges = Gauges {
            lost: 1,
            backlog: 2,
            free_space: 3,
            plugin_depth: 4,
            plugin_deepest: 5,
            memory: 6,
            memory_in_use: 7,
            memory_free: 8,
        };
        let counters = Counters {
            total: 9,
            failed: 10,
            avc: 11,
            fanotify: 12,
            logins_success: 13,
            logins_failed: 14,
            anomalies: 15,
            responses: 16,
        };
        let expected = "kernel.lost:1|g\nkernel.backlog:2|g\n\
            auditd.free_space:3|g\nauditd.plugin_current_depth:4|g\nauditd.plugin_max_depth:5|g\n\
            auditd.total_memory:6|g\nauditd.memory_in_use:7|g\nauditd.memory_free:8|g\n\
            events.total_count:9|c\nevents.total_failed:10|c\n\
            events.avc_count:11|c\nevents.fanotify_count:12|c\n\
            events.logins_success:13|c\nevents.logins_failed:14|c\n\
            events.anomaly_count:15|c\nevents.response_count:16|c\n";
        assert_eq!(datagrams(&gauges, &counters), [expected]);
    }

    #[test]
    fn large_numbers_take_a_second_datagram() {
        let most = u64::MAX;
        let gauges = Gauges { lost: most, backlog: most, free_space: most, memory: most, ..Gauges::default() };
        let counters = Counters { total: most, failed: most, avc: most, fanotify: most, ..Counters::default() };
        let datagrams = datagrams(&gauges, &counters);
        assert_eq!(datagrams.len(), 2);
        assert!(datagrams.iter().all(|datagram| datagram.len() < DATAGRAM && datagram.ends_with('\n')));
        assert_eq!(datagrams.concat().lines().count(), 16);
    }
}
