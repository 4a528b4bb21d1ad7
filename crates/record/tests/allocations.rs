//! Formatting takes no memory per message: the writer's thread must keep up with bursts.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(unsafe_code, reason = "counting allocations needs a global allocator")]

use raudit_record::{Format, Formatter, Kind, Message};
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

#[test]
fn formatting_takes_no_memory_once_warm() {
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
    let messages =
        bodies.map(|(kind, body)| Message { kind: Kind(kind), text: format!("audit(1.5:7): {body}").into_bytes() });
    for format in [Format::Raw, Format::Enriched] {
        let mut formatter = Formatter::new(format, Some(b"host".to_vec()));
        let mut out = Vec::with_capacity(1 << 16);
        let mut pass = || messages.iter().for_each(|message| formatter.line(message, &mut out));
        pass();
        let before = COUNT.with(Cell::get);
        (0..10).for_each(|_| pass());
        assert_eq!(COUNT.with(Cell::get) - before, 0, "{format:?}");
        assert!(!out.is_empty());
    }
}
