//! rauditctl: auditctl's commands; by the name of augenrules, that one's.

use std::process::ExitCode;

fn main() -> ExitCode {
    raudit_netlink::ctl::main(std::env::args_os(), &raudit_daemon::tiers::of, &raudit_doctor::run)
}
