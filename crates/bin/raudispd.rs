//! raudispd: runs the audit plugins; by the name of one of the sinks, that one.

use std::process::ExitCode;

fn main() -> ExitCode {
    let sink = std::env::args_os().next().and_then(|name| raudit_sinks::main(&name));
    sink.unwrap_or_else(raudit_dispatch::main)
}
