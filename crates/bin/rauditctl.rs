//! rauditctl: auditctl's commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    raudit_netlink::ctl::main(std::env::args_os().skip(1))
}
