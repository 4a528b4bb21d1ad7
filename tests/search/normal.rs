//! Csv and text in the normaliser's words: what is asked, and how those of 3.0.9 differ.

/// Each is put to all logs.
pub const NORMAL_FORMATS: [&[&str]; 10] = [
    &["--format", "csv"],
    &["--format", "csv", "--extra-keys"],
    &["--format", "csv", "--extra-labels"],
    &["--format", "csv", "--extra-obj2"],
    &["--format", "csv", "--extra-time"],
    &["--format", "csv", "--extra-time", "--extra-obj2", "--extra-labels", "--extra-keys", "--escape", "raw"],
    &["--format", "csv", "--escape", "shell"],
    &["--format", "text"],
    &["--format", "text", "--escape", "shell_quote", "--extra-obj2"],
    &["--format", "text", "-l", "-k", "k"],
];

/// What goes wrong without a log.
pub const WRONG_FORMATS: &[&[&str]] = &[
    &["--extra-keys"],
    &["--extra-labels", "--format", "text"],
    &["--format", "raw", "--extra-time"],
    &["--extra-obj2", "x", "--format", "csv"],
    &["--format", "csv", "--raw"],
    &["--format", "text", "-i"],
    &["-i", "--format", "csv"],
    &["--format", "csv", "--format", "text"],
    &["--format", "csvx"],
];

/// Whether these arguments ask for csv or text.
pub fn is_normal(args: &[String]) -> bool {
    args.iter().any(|arg| arg == "csv" || arg == "text")
}

/// Whether all lines that differ do so for a known reason.
pub fn is_explained(log: &str, ours: &[u8], theirs: &[u8]) -> bool {
    let lines = |text: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(text).split_inclusive('\n').map(str::to_owned).collect()
    };
    let (ours_lines, theirs_lines) = (lines(ours), lines(theirs));
    if ours_lines.len() == theirs_lines.len() {
        let mut pairs = ours_lines.iter().zip(&theirs_lines);
        return pairs.all(|(ours, theirs)| ours == theirs || is_known(ours, theirs));
    }
    // AVC records of AppArmor make no event there, a LOGIN and its call are two, and what stands behind a torn record is
    let missing = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (extra, lacking) = (missing(&ours_lines, &theirs_lines), missing(&theirs_lines, &ours_lines));
    match log {
        // without a line of theirs there is no heading, either
        "apparmor.log" => {
            lacking.is_empty()
                && extra.iter().all(|line| {
                    ["accessed-mac-policy-controlled-object", "NODE,EVENT,"].iter().any(|mark| line.contains(mark))
                })
        }
        "login.log" => extra.iter().chain(&lacking).all(|line| {
            [",LOGIN,", "changed-login-id-to", "triggered-unknown-audit-rule"].iter().any(|mark| line.contains(mark))
        }),
        "odd.log" => extra.len() <= 4 && lacking.len() <= 6,
        _ => false,
    }
}

/// Whether 4.2, or we, say this otherwise than 3.0.9.
fn is_known(ours: &str, theirs: &str) -> bool {
    let both = |mark: &str| ours.contains(mark) && theirs.contains(mark);
    // calls that 3.0.9 does not know
    (theirs.contains("triggered-") && !ours.contains("triggered-"))
        || (theirs.contains("mac-config") && ours == theirs.replace("mac-config", "security-policy"))
        // all of changed-mac-configuration holds the word, too
        || (both("changed-mac-configuration") && ours == theirs.replace(",mac-config,", ",security-policy,"))
        // one process is one process, and their numbers follow
        || (both("killed-list-of-pids") || (theirs.contains("killed-list-of-pids") && ours.contains("killed-pid")) || both("killed-pid"))
        // the list of a rule without a key, and whether it was deleted
        || (ours.contains("-audit-rule") && ours.contains("exit"))
        // ids have names
        || ours.contains(",TRUSTED_APP,")
        || both("successfully unknown using")
        // the new name of a file that did not exist
        || both("renamed")
        // fchown
        || both("changed-file-ownership-of")
        // a setting beside a rule's key
        || (ours.contains("audit_enabled") && ours.replace("audit_enabled", "") == theirs)
        || (ours.contains("set audit_enabled ") && ours.replace("audit_enabled ", "") == theirs)
        // what a call changed, where its record is not the first
        || both("accessed-mac-policy-controlled-object")
        // a module's name, where its record is the first
        || both("loaded-kernel-module")
        // what is loaded with a policy
        || both("loaded-selinux-policy")
}
