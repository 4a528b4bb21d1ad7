//! `rauditctl doctor`: how auditing fares on this machine, each finding with its remedy.
//!
//! Each subject is a file: what is known of it (its facts), how that is gathered, and what is made of it. Gathering
//! reads files below a [`Root`] and asks the audit system; judging looks at nothing but facts. Nothing is changed.
//!
//! * [`finding`]: a finding, how bad it is; [`show`]: how findings are printed
//! * [`root`]: reading, bounded, and saying why not; [`facts`]: everything together
//! * [`audit`]: what the audit system answers; [`kernel`], [`capture`], [`owner`], [`agents`], [`journald`], [`queue`]
//! * [`rule_files`], [`rules`]: the files of rules, and the rules that are loaded
//! * [`conf`], [`log`], [`space`], [`tail`]: the settings, and the log they describe
//! * [`permissions`], [`plugins`]
pub mod agents;
pub mod audit;
pub mod capture;
pub mod conf;
pub mod facts;
pub mod finding;
pub mod journald;
pub mod kernel;
pub mod log;
pub mod owner;
pub mod permissions;
pub mod plugins;
pub mod queue;
pub mod root;
pub mod rule_files;
pub mod rules;
pub mod show;
pub mod space;
pub mod tail;

pub use audit::Audit;
pub use facts::Facts;
pub use finding::{Finding, Severity};
pub use root::{Root, Seen};

use std::io::{self, Write};

/// The exit code when nothing could be examined: a word that is none, or output that nobody takes.
const FAILED: u8 = 255;

/// Runs it with the words that follow its name; the exit code, which is [`finding::exit_code`]'s.
pub fn run(words: &[&[u8]]) -> u8 {
    let json = match words {
        [] => false,
        [b"--json"] => true,
        _ => {
            drop(writeln!(io::stderr(), "usage: rauditctl doctor [--json]"));
            return FAILED;
        }
    };
    let findings = Facts::gather(&Root::real(), Audit::ask()).judge();
    let text = if json { show::json(&findings) } else { show::text(&findings) };
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => FAILED,
        _ => finding::exit_code(&findings),
    }
}
