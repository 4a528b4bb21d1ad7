//! What a command line did: to whom it was given, what was said, sent and left behind.

use crate::cases::shorten;
use crate::tool::{Datagram, Tool};
use raudit_rules::Rule;
use std::os::unix::process::ExitStatusExt;
use std::process::Output;

/// The end of every command line that failed, from 4.0 on.
const TRAILER: &str = "There was an error while processing parameters";
/// Said of every watch, from 4.0 on.
const SLOW_WATCH: &str = "Old style watch rules are slower";

/// What one tool made of one command line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    pub code: i32,
    pub output: Vec<String>,
    pub errors: Vec<String>,
    /// What the kernel has afterwards.
    pub rules: Vec<Rule>,
    /// What the tool's own `-l` says of it.
    pub listing: Vec<String>,
    /// What was sent, beside questions.
    pub sent: Vec<Datagram>,
}

/// In what two outcomes differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aspect {
    Code,
    Output,
    Errors,
    Rules,
    Listing,
    Sent,
}

impl Outcome {
    /// Takes what a program said; the two lines that 4.0 added everywhere are left out, and numbers that count by themselves.
    pub fn said(line: &str, output: &Output) -> Self {
        let lines = |bytes: &[u8]| -> Vec<String> {
            shorten(line, &String::from_utf8_lossy(bytes)).lines().map(str::to_owned).collect()
        };
        let mut errors = lines(&output.stderr);
        errors.retain(|line| line != TRAILER && line != SLOW_WATCH && !line.is_empty());
        let mut said = lines(&output.stdout);
        for line in said.iter_mut().chain(&mut errors) {
            for counter in ["lost", "backlog ", "backlog_wait_time_actual"] {
                if line.starts_with(counter) {
                    counter.clone_into(line);
                }
            }
        }
        // A program that crashes has minus the signal's number.
        let code = output.status.code().or(output.status.signal().map(|signal| -signal)).unwrap();
        Self { code, output: said, errors, ..Self::default() }
    }

    pub fn differences(&self, other: &Self) -> Vec<Aspect> {
        let compared = [
            (Aspect::Code, self.code == other.code),
            (Aspect::Output, self.output == other.output),
            (Aspect::Errors, self.errors == other.errors),
            (Aspect::Rules, self.rules == other.rules),
            (Aspect::Listing, self.listing == other.listing),
            (Aspect::Sent, self.sent == other.sent),
        ];
        compared.into_iter().filter(|(_, equal)| !equal).map(|(aspect, _)| aspect).collect()
    }

    /// One line for a reader.
    pub fn summary(&self) -> String {
        let Self { code, output, errors, listing, sent, .. } = self;
        let shown = |lines: &[String]| lines.join(" / ").chars().take(300).collect::<String>();
        let sent: Vec<u16> = sent.iter().map(|datagram| datagram.kind).collect();
        format!("rc {code} 1> {} 2> {} L> {} sent {sent:?}", shown(output), shown(errors), shown(listing))
    }
}

/// The lines of a tool's `-l`; none if there are no rules.
pub fn listing(tool: &Tool, line: &str) -> Vec<String> {
    let output = tool.run("-l");
    let text = shorten(line, &String::from_utf8_lossy(&output.stdout));
    text.lines().filter(|line| *line != "No rules").map(str::to_owned).collect()
}
