//! raudispd: runs the audit plugins.

fn main() -> std::process::ExitCode {
    raudit_dispatch::main()
}
