//! Tells names and numbers of system calls.

use std::process::ExitCode;

fn main() -> ExitCode {
    raudit_search::relatives::syscall::main()
}
