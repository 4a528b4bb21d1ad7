//! The rules that are loaded: whether they are those of audit.rules, and what they cost.

use crate::Audit;
use crate::finding::{Finding, count, or_ok};
use crate::rule_files::RuleFiles;
use raudit_rules::{Action, FieldId, List, Rule, print};
use std::collections::{HashMap, HashSet};

const SUBJECT: &str = "rules";
/// The key of rules that rauditd keeps in the kernel while BPF captures.
const OURS: &[u8] = b"rauditd";
/// From so many rules on, the list is most of what an open costs (docs/performance.md).
const MANY: usize = 200;

/// What there is to say.
pub fn judge(audit: &Audit, files: &RuleFiles) -> Vec<Finding> {
    let rules = match &audit.rules {
        Ok(rules) => rules,
        Err(_) if audit.off => return Vec::new(),
        Err(why) => return vec![Finding::unknown(SUBJECT, "which rules are loaded", why)],
    };
    let mut found = Vec::new();
    found.extend(rules.iter().find_map(silencing));
    let rules: Vec<&Rule> = rules.iter().filter(|rule| rule.key() != Some(OURS)).collect();
    if rules.is_empty() {
        found.push(Finding::note(
            SUBJECT,
            "none is loaded: only what programs and the kernel send by themselves is recorded",
        ));
    }
    let listed: Vec<Vec<u8>> = rules.iter().map(|rule| print::rule(rule)).collect();
    found.extend(repeated(&listed));
    let wanted = files.loaded();
    found.extend(wanted.as_ref().and_then(|wanted| differing(&listed, wanted)));
    found.extend(without_key(&rules));
    found.extend(cost(audit, &rules));
    let compared = if wanted.is_some() { "those of audit.rules" } else { "not compared with audit.rules" };
    or_ok(found, SUBJECT, format!("{} loaded, {compared}", count(rules.len(), "rule")))
}

/// `-a task,never` without conditions: no process that starts from now on is audited by any rule.
fn silencing(rule: &Rule) -> Option<Finding> {
    let bare = rule.fields.iter().all(|field| field.id == FieldId::FILTERKEY);
    let silences = rule.list == List::Task && rule.action == Action::Never && bare;
    if !silences {
        return None;
    }
    let finding = Finding::error(SUBJECT, "-a task,never is loaded: no process started since is audited by rules");
    Some(match rule.key() == Some(OURS) {
        true => finding.remedy("it is rauditd's, which does not answer: start it anew, or rauditctl -D -k rauditd"),
        false => finding.remedy("rauditctl -d task,never, take it out of rules.d, and start services anew"),
    })
}

fn repeated(listed: &[Vec<u8>]) -> Option<Finding> {
    let mut times: HashMap<&[u8], usize> = HashMap::new();
    listed.iter().for_each(|rule| *times.entry(rule).or_default() += 1);
    let more = listed.len() - times.len();
    let first = listed.iter().find(|rule| times.get(rule.as_slice()).is_some_and(|&times| times > 1))?;
    let what = format!("{} loaded more than once; the first: {}", count(more, "rule"), shown(first));
    Some(
        Finding::warning(SUBJECT, what)
            .remedy("-A adds a rule again: rauditctl -R /etc/audit/audit.rules, with -D in front"),
    )
}

/// What is loaded and what audit.rules says; order counts, since the first rule that matches decides.
fn differing(listed: &[Vec<u8>], wanted: &[Vec<u8>]) -> Option<Finding> {
    let lacking = |these: &[Vec<u8>], those: &[Vec<u8>]| -> Vec<Vec<u8>> {
        let known: HashSet<&[u8]> = those.iter().map(Vec::as_slice).collect();
        these.iter().filter(|rule| !known.contains(rule.as_slice())).cloned().collect()
    };
    let (missing, more) = (lacking(wanted, listed), lacking(listed, wanted));
    let what = match (missing.first(), more.first()) {
        (None, None) if listed == wanted => return None,
        (None, None) => "those of audit.rules are loaded in another order, or more than once".to_owned(),
        (Some(first), _) => format!(
            "{} of audit.rules not loaded (the first: {}), {} loaded that audit.rules lacks",
            count(missing.len(), "rule"),
            shown(first),
            more.len()
        ),
        (None, Some(first)) => {
            format!("{} loaded that audit.rules lacks; the first: {}", count(more.len(), "rule"), shown(first))
        }
    };
    Some(
        Finding::warning(SUBJECT, what)
            .remedy("rauditctl -R /etc/audit/audit.rules, or put them into rules.d: augenrules --load"),
    )
}

fn shown(rule: &[u8]) -> String {
    String::from_utf8_lossy(rule).into_owned()
}

fn without_key(rules: &[&Rule]) -> Option<Finding> {
    let number = rules.iter().filter(|rule| rule.action == Action::Always && rule.key().is_none()).count();
    (number > 0).then(|| {
        let what = format!("{} without a key: rausearch -k does not find what they record", count(number, "rule"));
        Finding::note(SUBJECT, what).remedy("add -k KEY to each")
    })
}

/// The kernel walks the exit list at every system call of every process; watches of names are found by inode instead.
fn cost(audit: &Audit, rules: &[&Rule]) -> Option<Finding> {
    let by_inode = |rule: &Rule| rule.fields.iter().any(|f| matches!(f.id, FieldId::WATCH | FieldId::INODE));
    let walked = rules.iter().filter(|rule| rule.list == List::Exit && !by_inode(rule)).count();
    let by_bpf = audit.described("backend").is_some_and(|backend| backend.starts_with("bpf"));
    if walked == 0 || by_bpf || audit.rules.is_err() {
        return None;
    }
    let what = format!(
        "the kernel looks at {} at every system call of every process; measured, 51 make an open and close 2.2 times \
         as dear as no audit, 1,000 another 7 times",
        count(walked, "rule")
    );
    let new = if walked > MANY { Finding::warning } else { Finding::note };
    Some(
        new(SUBJECT, what)
            .remedy("backend = auto in rauditd.conf, where BPF serves all of them; rauditctl --check names slow forms"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{self, Error, Note, Ok as Fine, Unknown, Warning};
    use crate::audit::tests::served;
    use crate::rule_files::{Dir, File};
    use raudit_rules::{Field, Op, Value};

    fn files(text: &str) -> RuleFiles {
        RuleFiles { dir: Dir::Empty, file: File::Read(text.into()) }
    }

    fn parsed(text: &str) -> Vec<Rule> {
        let words: Vec<Vec<&[u8]>> = text.lines().map(|l| l.as_bytes().split(|&b| b == b' ').collect()).collect();
        let steps =
            words.iter().flat_map(|words| raudit_rules::command::parse(words, Default::default()).steps.unwrap());
        let rule = |step| match step {
            raudit_rules::command::Step::Add(rule, _) => rule,
            other => panic!("{other:?}"),
        };
        steps.map(rule).collect()
    }

    fn findings(loaded: &str, file: &str, description: &str) -> Vec<Finding> {
        let audit = Audit { rules: Ok(parsed(loaded)), description: Ok(description.into()), ..served() };
        judge(&audit, &files(file))
    }

    fn severities(loaded: &str, file: &str, description: &str) -> Vec<Severity> {
        findings(loaded, file, description).iter().map(|finding| finding.severity).collect()
    }

    const A: &str = "-w /etc/passwd -p wa -k id\n";
    const B: &str = "-a always,exit -F arch=b64 -S openat -F key=open\n";
    const BPF: &str = "backend bpf (fentry)\n";

    #[test]
    fn what_is_loaded_is_what_the_file_says() {
        assert_eq!(severities(&format!("{A}{B}"), &format!("-D\n{A}{B}"), BPF), [Fine]);
        assert_eq!(severities(&format!("{B}{A}"), &format!("{A}{B}"), BPF), [Warning], "another order");
        let missing = findings(A, &format!("{A}{B}"), BPF);
        assert!(missing[0].what.starts_with("1 rule of audit.rules not loaded (the first: -a always,exit -F arch=b64"));
        let more = findings(&format!("{A}{B}"), A, BPF);
        assert!(more[0].what.starts_with("1 rule loaded that audit.rules lacks"), "{more:?}");
        assert_eq!(severities("", "", BPF), [Note]);
        assert_eq!(severities(&format!("{A}{A}"), &format!("{A}-A exit,always -S all\n"), BPF), [Warning, Warning]);
    }

    #[test]
    fn silence_keys_and_cost() {
        assert_eq!(severities("-a task,never\n", "-a task,never\n", BPF), [Error]);
        assert_eq!(severities("-a task,never -F uid=5\n", "-a task,never -F uid=5\n", BPF), [Fine]);
        let key = Field { id: FieldId::FILTERKEY, op: Op::Eq, value: Value::Text(OURS.to_vec()) };
        let ours = Rule { fields: vec![key], ..parsed("-a task,never").remove(0) };
        let left = Audit { rules: Ok([vec![ours], parsed(A)].concat()), by_daemon: false, ..served() };
        let findings = judge(&left, &files(A));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].remedy.as_ref().is_some_and(|remedy| remedy.contains("rauditctl -D -k rauditd")));
        assert_eq!(severities("-w /x -p r\n", "-w /x -p r\n", ""), [Note], "a watch is not walked, but has no key");
        assert_eq!(severities(B, B, "backend netlink\n"), [Note]);
        let many: String =
            (0..=MANY).map(|n| format!("-a always,exit -F arch=b64 -S openat -F a1={n} -F key=k\n")).collect();
        assert_eq!(severities(&many, &many, ""), [Warning]);
        let silent = Audit { rules: Err("x".into()), ..served() };
        assert_eq!(judge(&silent, &files(""))[0].severity, Unknown);
    }
}
