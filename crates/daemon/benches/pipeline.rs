//! What an event costs on its way from the ring to the log, stage by stage: one thread, no kernel, the same open again and again.
//! `cargo bench -p raudit-daemon --bench pipeline`; `make bench` calls it.
#![allow(clippy::unwrap_used, missing_docs)]

use raudit_bpf::decoder::Decoder;
use raudit_bpf::fact;
use raudit_bpf::judged::Generations;
use raudit_bpf::wire::sample::Sample;
use raudit_bpf::wire::{Record, item, section};
use raudit_config::{AuditdConf, Flush};
use raudit_dispatch::frame::{self, Version};
use raudit_log::Writer;
use raudit_record::{Format, Formatter, Records};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Events in a batch, as the consumer takes them.
const BATCH: usize = 128;
/// Batches measured at a time, and how often; the least of these counts.
const BATCHES: usize = 200;
const ROUNDS: usize = 15;

/// `cat /etc/hostname` by root, logged in as 1000, as the programs write it.
fn open() -> Vec<u8> {
    let path = |name: &str| name.rsplit('/').filter(|c| !c.is_empty()).flat_map(|c| [c, "\0"]).collect::<String>();
    Sample::call(0xc000_003e, 257, 3)
        .argument(0, 0xffff_ff9c)
        .argument(1, 0x7ffd_3a1b_2c3d)
        .fact(fact::PID, 12_345)
        .fact(fact::PPID, 12_300)
        .fact(fact::AUID, 1000)
        .fact(fact::SESSION, 17)
        .section(section::EXE, 0, path("/usr/bin/cat").as_bytes())
        .section(section::LABEL, 0, b"unconfined")
        .section(section::CWD, 0, path("/root").as_bytes())
        .item(item::NORMAL, item::F_INODE, 0o100_644, 0, b"/etc/hostname")
        .section(section::TITLE, 0, b"cat\0/etc/hostname\0")
        .bytes()
}

/// Nanoseconds an event, the least of all rounds.
fn measured(mut batch: impl FnMut()) -> f64 {
    batch();
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        (0..BATCHES).for_each(|_| batch());
        least = least.min(start.elapsed());
    }
    least.as_nanos() as f64 / (BATCHES * BATCH) as f64
}

fn lines(records: &Records, formatter: &mut Formatter, out: &mut Vec<u8>) -> usize {
    out.clear();
    for (kind, text) in records.iter() {
        formatter.line(kind, text, out);
        out.push(b'\n');
    }
    records.len()
}

fn main() {
    let event = open();
    let mut decoder = Decoder::new(Generations::default());
    let mut records = Records::default();
    let mut batch = |records: &mut Records| {
        records.clear();
        (0..BATCH).for_each(|_| decoder.take(black_box(&event), records));
    };
    let decode = measured(|| {
        for _ in 0..BATCH {
            let _ = black_box(Record::decode(black_box(&event)));
        }
    });
    let render = measured(|| batch(&mut records));
    println!("an open of {} bytes in the ring, {} in its records; ns an event:", event.len(), records.bytes() / BATCH);
    println!("decode             {decode:8.0}");
    println!("decode and render  {render:8.0}");
    let mut out = Vec::new();
    for (name, format) in [("RAW", Format::Raw), ("ENRICHED", Format::Enriched)] {
        let mut formatter = Formatter::new(format, None);
        let line = measured(|| assert!(lines(&records, &mut formatter, &mut out) > 0));
        println!("lines, {name:8}    {line:8.0}  ({} bytes)", out.len() / BATCH);
    }
    let texts: Vec<&[u8]> = out.split(|&b| b == b'\n').collect();
    let mut frames = Vec::new();
    let dispatch = measured(|| {
        frames.clear();
        for line in &texts {
            frame::push(&mut frames, Version::Line, raudit_record::Kind::SYSCALL, line).unwrap();
        }
    });
    println!("frames for plugins {dispatch:8.0}");
    write(&out, records.len());
}

/// Writing to a file that is in no danger of rotating, on the file system of the temporary directory.
fn write(out: &[u8], records: usize) {
    let dir = tempfile::TempDir::new().unwrap();
    for (name, flush) in [("none", Flush::None), ("incremental_async", Flush::IncrementalAsync)] {
        let log_file = dir.path().join(name);
        let conf = AuditdConf { log_file, flush, max_log_file: 0, ..AuditdConf::default() };
        match Writer::open(&conf) {
            Ok(mut writer) => {
                let write = measured(|| writer.write(out, records).unwrap());
                println!("write, flush = {name:18} {write:8.0}");
            }
            Err(e) => println!("SKIPPED: write, flush = {name}: {e}"),
        }
    }
}
