//! From the ring to the line an event takes no memory of its own: the threads on this way must keep up with bursts.
#![cfg(feature = "bpf")]
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(unsafe_code, reason = "counting allocations needs a global allocator")]

use raudit_bpf::decoder::Decoder;
use raudit_bpf::fact;
use raudit_bpf::judged::Generations;
use raudit_bpf::wire::sample::Sample;
use raudit_bpf::wire::{item, section};
use raudit_record::{Format, Formatter, Kind, Records};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged; counting touches no memory of the caller.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and the block came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How much memory is asked for by the tenth pass and those after it.
fn asked_for(mut pass: impl FnMut()) -> usize {
    (0..10).for_each(|_| pass());
    let before = COUNT.with(Cell::get);
    (0..10).for_each(|_| pass());
    COUNT.with(Cell::get) - before
}

#[test]
fn decoding_and_rendering_take_none_once_warm() {
    let call = || {
        let call = Sample::call(0xc000_003e, 257, 3).fact(fact::PID, 42);
        call.section(section::EXE, 0, b"cat\0bin\0usr\0").section(section::LABEL, 0, b"unconfined")
    };
    let title: &[u8] = b"cat\0/etc/hosts\0";
    let open =
        call().section(section::CWD, 0, b"root\0").item(item::NORMAL, item::F_INODE, 0o100_644, 0, b"/etc/hosts");
    let plain = call().section(section::TITLE, 0, title);
    let connect = call().section(section::SADDR, 0, b"\x02\0\0\x35\x7f\0\0\x01").section(section::TITLE, 0, title);
    let events = [open.section(section::TITLE, 0, title).bytes(), plain.bytes(), connect.bytes()];
    let mut decoder = Decoder::new(Generations::default());
    let mut records = Records::default();
    let asked = asked_for(|| {
        records.clear();
        events.iter().for_each(|event| decoder.take(event, &mut records));
    });
    assert_eq!((records.len(), asked), (5 + 3 + 4, 0));
}

#[test]
fn formatting_takes_none_once_warm() {
    let bodies = [
        (
            1300,
            "arch=c000003e syscall=257 success=yes exit=3 auid=4294967295 uid=0 gid=0 euid=0 comm=\"cat\" exe=\"/bin/cat\"",
        ),
        (1302, "item=0 name=\"/etc/passwd\" mode=0100644 ouid=0 ogid=0"),
        (1306, "saddr=020000507F0000010000000000000000"),
        (1306, "saddr=01002F72756E2F782E736F636B"),
        (1112, "pid=1 uid=0 auid=77777 msg='op=login id=0 res=success'"),
        (1327, "proctitle=6C73002D6C"),
    ];
    let messages = bodies.map(|(kind, body)| (Kind(kind), format!("audit(1.5:7): {body}").into_bytes()));
    for format in [Format::Raw, Format::Enriched] {
        let mut formatter = Formatter::new(format, Some(b"host".to_vec()));
        let mut out = Vec::new();
        let asked = asked_for(|| {
            out.clear();
            messages.iter().for_each(|(kind, text)| formatter.line(*kind, text, &mut out));
        });
        assert_eq!(asked, 0, "{format:?}");
        assert!(!out.is_empty());
    }
}
