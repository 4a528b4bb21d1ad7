use super::*;

/// What is said of these lines: line, column and message of each problem.
fn said(content: &str) -> Vec<String> {
    let report = check(lines(content.as_bytes()));
    let text = |problem: &Problem| {
        let letter = if problem.severity == Severity::Error { 'E' } else { 'W' };
        format!("{letter}{}:{} {}", problem.spot.line, problem.spot.bytes.0 + 1, problem.message)
    };
    report.problems.iter().map(text).collect()
}

#[test]
fn rules_that_are_right_get_no_word() {
    let rules = "-D\n-b 8192\n-f 1\n--backlog_wait_time 60000\n\n\
        -a always,exit -F arch=b64 -S openat,open -F exit=-EACCES -F auid>=1000 -F auid!=unset -F key=access\n\
        -a always,exit -F arch=b32 -S openat,open -F exit=-EACCES -F auid>=1000 -F auid!=unset -F key=access\n\
        -a always,exit -F arch=b64 -S openat,open -F exit=-EPERM -F auid>=1000 -F auid!=unset -F key=access\n\
        -a always,exit -F arch=b32 -S openat,open -F exit=-EPERM -F auid>=1000 -F auid!=unset -F key=access\n\
        -a never,exclude -F msgtype=CWD\n-e 2\n";
    assert_eq!(said(rules), [""; 0]);
    assert_eq!(check(lines(rules.as_bytes())).rules, 5);
}

#[test]
fn a_rule_that_is_there_already_is_an_error_unless_it_was_deleted() {
    let rule = "-a always,exit -F arch=b64 -S openat -F key=a\n";
    let exists = "Error sending add rule data request (Rule exists)";
    assert_eq!(said(&format!("{rule}{rule}")), [format!("E2:1 {exists}")]);
    assert_eq!(said(&format!("{rule}{}{rule}", rule.replace("-a", "-d"))), [""; 0]);
    let gone = "E2:1 Error sending delete rule data request (No such file or directory)";
    assert_eq!(said(&format!("-D\n{}", rule.replace("-a", "-d"))), [gone]);
    assert_eq!(said(&rule.replace("-a", "-d")), [""; 0], "the kernel may have it");
}

#[test]
fn what_follows_e_2_is_refused_and_i_makes_errors_warnings() {
    let rule = "-a always,exit -F arch=b64 -S openat -F key=a\n";
    let refused = "Error sending add rule data request (Operation not permitted)";
    assert_eq!(said(&format!("-e 2\n{rule}")), [format!("E2:1 {refused}")]);
    assert_eq!(said("-e 2\n-s\n-e 1\n"), ["E3:1 Error sending enable request (Operation not permitted)"]);
    assert_eq!(
        said("-S x\n-i\n-S x\n-c\n-S x\n"),
        ["E1:4 Syscall name unknown: x", "W3:4 Syscall name unknown: x", "E5:4 Syscall name unknown: x"]
    );
}

#[test]
fn a_rule_without_its_32_bit_twin_is_told_where_others_have_one() {
    if raudit_tables::arch::compat(raudit_tables::arch::native()).is_none() {
        println!("SKIPPED: 32-bit programs do not run here");
        return;
    }
    let rule = |arch: &str, call: &str| format!("-a always,exit -F arch={arch} -S {call} -F key={call}\n");
    let pair = |call: &str| rule("b64", call) + &rule("b32", call);
    let told = "W3:19 32-bit programs get around this rule: there is no other like it with arch=b32";
    assert_eq!(said(&(pair("mount") + &rule("b64", "ptrace"))), [told]);
    assert_eq!(said(&(pair("mount") + &pair("ptrace"))), [""; 0]);
    assert_eq!(said(&rule("b64", "ptrace")), [""; 0], "nothing says that such programs count");
    let all = "-a always,exit -F arch=b32 -S all -F key=32-bit\n";
    assert_eq!(said(&(rule("b64", "ptrace") + all)), [""; 0]);
}

#[test]
fn many_rules_behind_one_that_covers_them_are_told_together() {
    let later = |count: u32| (1..=count).map(|uid| format!("-a always,exit -F arch=b64 -S mount -F uid={uid}\n"));
    let rules = |count| format!("-a always,exit -F arch=b64 -S mount\n{}", later(count).collect::<String>());
    assert_eq!(said(&rules(5)).len(), 5);
    let report = check(lines(rules(6).as_bytes()));
    assert_eq!((report.problems.len(), report.problems[0].also.len()), (1, 5));
}
