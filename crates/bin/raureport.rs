//! Counts what is in the audit log.

use std::process::ExitCode;

fn main() -> ExitCode {
    raudit_search::raureport::main()
}
