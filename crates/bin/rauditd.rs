//! The audit daemon; see rauditd(8).

fn main() -> std::process::ExitCode {
    raudit_daemon::main()
}
