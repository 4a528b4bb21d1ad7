//! Tells who was logged in, and when.

use std::process::ExitCode;

fn main() -> ExitCode {
    raudit_search::relatives::last::main()
}
