//! The kernel's backlog: records that wait for the daemon, and those that were lost.

use crate::Audit;
use crate::finding::{Finding, or_ok};
use raudit_netlink::Status;

const SUBJECT: &str = "backlog";
/// What distributions set; less is soon full.
const USUAL_LIMIT: u32 = 8192;

/// What there is to say.
pub fn judge(audit: &Audit) -> Vec<Finding> {
    match &audit.status {
        Ok(status) => {
            let found = [waiting(status), limit(status), lost(status), rate(status)].into_iter().flatten();
            let found: Vec<Finding> = found.chain(wait_time(status)).collect();
            or_ok(found, SUBJECT, format!("{} of {} records wait, none lost", status.backlog, status.backlog_limit))
        }
        Err(_) if audit.off => Vec::new(),
        Err(why) => vec![Finding::unknown(SUBJECT, "how many records wait, and how many were lost", why)],
    }
}

fn waiting(status: &Status) -> Option<Finding> {
    let Status { backlog, backlog_limit, .. } = *status;
    let is_near = backlog_limit != 0 && u64::from(backlog) * 5 >= u64::from(backlog_limit) * 4;
    let found = match backlog >= backlog_limit {
        true => Finding::error(SUBJECT, format!("full: {backlog} records wait, the limit is {backlog_limit}")),
        false => {
            Finding::warning(SUBJECT, format!("nearly full: {backlog} records wait, the limit is {backlog_limit}"))
        }
    };
    is_near.then(|| found.remedy("is the daemon behind, or suspended? rauditctl -b NUMBER raises the limit"))
}

fn limit(status: &Status) -> Option<Finding> {
    match status.backlog_limit {
        0 => Some(
            Finding::note(SUBJECT, "no limit: a daemon that hangs lets records fill the memory")
                .remedy(format!("rauditctl -b {USUAL_LIMIT}")),
        ),
        limit if limit < USUAL_LIMIT => Some(
            Finding::note(SUBJECT, format!("the limit is {limit} records, which a burst fills at once"))
                .remedy(format!("-b {USUAL_LIMIT} in the rules")),
        ),
        _ => None,
    }
}

fn lost(status: &Status) -> Option<Finding> {
    (status.lost > 0).then(|| {
        Finding::warning(SUBJECT, format!("{} records lost since boot, or since the count was last reset", status.lost))
            .remedy("raise -b, or record less (raureport --coverage); rauditctl --reset-lost begins counting anew")
    })
}

fn rate(status: &Status) -> Option<Finding> {
    (status.rate_limit > 0).then(|| {
        Finding::warning(SUBJECT, format!("more than {} records a second are thrown away (-r)", status.rate_limit))
            .remedy("rauditctl -r 0, and -r 0 in the rules")
    })
}

/// A clock tick is 1/CONFIG_HZ of a second, which user space does not know.
fn wait_time(status: &Status) -> Vec<Finding> {
    let never = (status.backlog_wait_time == Some(0)).then(|| {
        Finding::note(SUBJECT, "backlog_wait_time is 0: with a full backlog nobody waits, and records are lost")
    });
    let waited = status.backlog_wait_time_actual.filter(|&ticks| ticks > 0).map(|ticks| {
        Finding::warning(SUBJECT, format!("programs were held up for {ticks} clock ticks by a full backlog"))
            .remedy("raise -b, or record less; rauditctl --reset_backlog_wait_time_actual begins counting anew")
    });
    never.into_iter().chain(waited).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{self, Error, Note, Ok as Fine, Unknown, Warning};
    use crate::audit::tests::served;

    fn severities(change: impl Fn(&mut Status)) -> Vec<Severity> {
        let mut audit = served();
        audit.status.iter_mut().for_each(change);
        judge(&audit).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn fullness_losses_and_limits() {
        assert_eq!(severities(|_| ()), [Fine]);
        assert_eq!(severities(|s| s.backlog = 6553), [Fine]);
        assert_eq!(severities(|s| s.backlog = 6554), [Warning]);
        assert_eq!(severities(|s| s.backlog = 8192), [Error]);
        assert_eq!(severities(|s| s.backlog_limit = 0), [Note]);
        assert_eq!(severities(|s| s.backlog_limit = 64), [Note]);
        assert_eq!(severities(|s| s.lost = 1), [Warning]);
        assert_eq!(severities(|s| s.rate_limit = 100), [Warning]);
        assert_eq!(severities(|s| s.backlog_wait_time = Some(0)), [Note]);
        assert_eq!(severities(|s| s.backlog_wait_time_actual = Some(9)), [Warning]);
        assert_eq!(severities(|s| s.backlog_wait_time = None), [Fine]);
        let silent = Audit { status: Err("x".into()), ..served() };
        assert_eq!(judge(&silent)[0].severity, Unknown);
    }
}
