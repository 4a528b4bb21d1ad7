//! Plugins under both daemons: the same recorder gets the same bytes, and each one's plugins run under the other.

use super::daemon::{Setup, wait_until};
use super::kernel::Kernel;
use super::oracle::oracle;
use super::stock::{Stock, work};
use super::work::Workload;
use std::fs;
use std::path::Path;

const RAUDISPD: &str = env!("CARGO_BIN_EXE_raudispd");

/// A recorder for each format: what it gets goes to `NAME-FORMAT.out`. It reads on after SIGTERM, to the end.
fn recorders(setup: &Setup, dir: &str, name: &str) {
    for format in ["string", "binary"] {
        let name = format!("{name}-{format}");
        let script = format!("trap '' TERM; exec cat > {}", setup.path(&format!("{name}.out")).display());
        setup.plugin_in(dir, &name, format, &script);
    }
}

/// Frames without what auditd 3.0.9 writes behind each, which is what its memory held before.
fn without_padding(bytes: Vec<u8>) -> Vec<u8> {
    const BUFFER: usize = 16 + 8970;
    let number = |at: usize| bytes.get(at..at + 4).map_or(0, |word| u32::from_ne_bytes(word.try_into().unwrap()));
    let is_text = number(4) != 16;
    let end = 16 + number(12) as usize;
    if is_text || end >= bytes.len() || (number(end) <= 1 && number(end + 4) == 16) {
        return bytes;
    }
    let frame = |part: &[u8]| part[..16 + u32::from_ne_bytes(part[12..16].try_into().unwrap()) as usize].to_vec();
    bytes.chunks(BUFFER).flat_map(frame).collect()
}

/// Waits until two files are equal, and says in what they differ if they never are.
fn assert_same(setup: &Setup, one: &str, other: &str) {
    let read = |name: &str| without_padding(fs::read(setup.path(&format!("{name}.out"))).unwrap_or_default());
    for _ in 0..1000 {
        if read(one) == read(other) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let (left, right) = (read(one), read(other));
    let at = left.iter().zip(&right).position(|(a, b)| a != b).unwrap_or(left.len().min(right.len()));
    let near = |bytes: &[u8]| {
        let part = bytes.get(at.saturating_sub(200)..bytes.len().min(at + 200)).unwrap_or_default();
        String::from_utf8_lossy(part).into_owned()
    };
    assert!(left == right, "{one} and {other} differ at byte {at}:\n{}\n{}", near(&left), near(&right));
    assert!(left.len() > 10_000, "{one} has {} bytes", left.len());
}

#[test]
fn a_recorder_gets_the_same_bytes_under_debians_auditd_and_raudispd() {
    let Some(root) = oracle() else { return };
    // auditd leaves audit enabled: the guard alone puts back what was.
    let Some(_kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    for settings in ["log_format = RAW\n", "log_format = ENRICHED\n", "name_format = USER\nname = a-node\n"] {
        let setup = Setup::new("");
        setup.auditd_conf(&format!("{settings}q_depth = 10000\n"));
        recorders(&setup, "plugins.d", "auditd");
        // auditd 3.0.9 takes two arguments.
        for format in ["string", "binary"] {
            let dir = format!("inner-{format}");
            recorders(&setup, &dir, &format!("raudispd-{format}"));
            let args = format!("-c{} -d{}", setup.path("").display(), setup.path(&dir).display());
            setup.plugin_conf("plugins.d", &format!("raudispd-{format}"), format, Path::new(RAUDISPD), &args);
        }
        let stock = Stock::start(&root, &setup);
        work(&setup, &workload);
        let outs = ["auditd", "raudispd-string", "raudispd-binary"];
        for out in outs.iter().flat_map(|name| ["string", "binary"].map(|format| format!("{name}-{format}.out"))) {
            let read = || fs::read(setup.path(&out)).unwrap_or_default();
            wait_until(&out, || String::from_utf8_lossy(&read()).contains("the-end"));
        }
        stock.stop();
        println!("{settings}: {} bytes of text", fs::metadata(setup.path("auditd-string.out")).unwrap().len());
        assert_same(&setup, "auditd-string", "raudispd-string-string");
        assert_same(&setup, "auditd-string", "raudispd-binary-string");
        assert_same(&setup, "auditd-binary", "raudispd-binary-binary");
    }
}
