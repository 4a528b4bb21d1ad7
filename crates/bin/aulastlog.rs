//! Tells when each user logged in last.

use std::process::ExitCode;

fn main() -> ExitCode {
    raudit_search::relatives::lastlog::main()
}
