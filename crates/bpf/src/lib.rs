//! Rules into BPF programs, events out of them.
mod skel;

pub fn probe_load() {
    use libbpf_rs::{ObjectBuilder, MapCore};
    let mut open = ObjectBuilder::default().open_memory(skel::AUDIT_OBJECT).unwrap();
    for mut p in open.progs_mut() {
        let n = p.name().to_string_lossy().into_owned();
        p.set_autoload(n.starts_with("tracepoint_"));
        if n.starts_with("tracepoint_") { p.set_log_level(std::env::var("LL").ok().and_then(|v| v.parse().ok()).unwrap_or(0)); }
    }
    let obj = open.load().unwrap();
    for p in libbpf_rs::query::ProgInfoIter::default() { println!("{:?} verified {}", p.name, p.verified_insns);} for p in obj.progs() { println!("{:?} insns {}", p.name(), p.insn_cnt()); }
}
#[test] fn t() { probe_load(); }
