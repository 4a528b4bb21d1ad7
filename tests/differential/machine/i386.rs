//! 32-bit calls of a 64-bit process, by their gate.

use super::x86_64::{call_32, low};
use crate::records::wait;
use std::net::TcpListener;
use std::os::fd::AsRawFd;

/// A call with up to five arguments; pointers must be below 4 GiB.
fn call32(number: u32, args: &[u32]) -> i64 {
    let at = |n: usize| args.get(n).copied().unwrap_or(0);
    call_32(number, [at(0), at(1), at(2), at(3), at(4), 0])
}

/// Memory below 4 GiB.
struct Low {
    base: u32,
    used: u32,
}

impl Low {
    fn new() -> Self {
        Self { base: low(65_536) as usize as u32, used: 0 }
    }

    fn put(&mut self, bytes: &[u8]) -> u32 {
        let to = self.base + self.used;
        self.used += (bytes.len() as u32 + 16) & !7;
        // SAFETY: inside the mapping, which is larger than all that is put there.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), std::ptr::without_provenance_mut(to as usize), bytes.len())
        };
        to
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
        self.put(&bytes)
    }
}

/// Calls with records of their own.
pub fn compat_records() {
    let mut low = Low::new();
    socketcalls(&mut low);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let (sec, micros) = (now.as_secs() as u32, now.subsec_micros());
    let time = low.words(&[sec, micros]);
    call32(79, &[time, 0]);
    let time = low.words(&[sec, 2_000_000_000]);
    call32(264, &[0, time]);
    let nothing = low.words(&[0; 64]);
    call32(124, &[nothing]);
    call32(25, &[8]);
    let name = low.put(b"/etc/passwd\0");
    for number in [106, 195, 18] {
        call32(number, &[name, nothing]);
    }
    call32(30, &[name, 8]);
    let file = call32(5, &[name, 0]) as u32;
    call32(192, &[0, 4096, 1, 2, file]);
    for words in
        [[0, 4096, 1, 2, file, 0], [0, 4096, 1, 0x22, file, 0], [0, 4096, 1, 2, 99, 0], [0, 4096, 1, 2, file, 1]]
    {
        let arguments = low.words(&words);
        call32(90, &[arguments]);
    }
    call32(90, &[8]);
    call32(37, &[std::process::id(), 0]);
    call32(42, &[nothing]);
    call32(26, &[16, 4_000_000, 0, 0]);
    let how = low.words(&[0; 6]);
    call32(437, &[-100i32 as u32, name, how, 24]);
    let (header, sets) = (low.words(&[0x2008_0522, 1]), low.words(&[0; 6]));
    call32(185, &[header, sets]);
    let queue = low.put(b"compat\0");
    call32(277, &[queue, 0, 0, 0]);
    let id = call32(117, &[13, 0x4321, 0o1600, 0]) as u32;
    call32(117, &[14, id, 2, 0, nothing]);
    call32(117, &[14, id, 0, 0, 0]);
    call32(360, &[1, 1, 0, nothing]);
    // SAFETY: this program has one thread.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        call32(1, &[5]);
    }
    wait(pid);
}

fn socketcalls(low: &mut Low) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let (fd, port) = (listener.as_raw_fd() as u32, listener.local_addr().unwrap().port());
    let mut address = vec![2u8, 0];
    address.extend(port.to_be_bytes());
    address.extend([127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let address = low.put(&address);
    let room = low.words(&[0; 64]);
    let len = low.words(&[128]);
    let mut socketcall = |number: u32, words: &[u32]| {
        let arguments = low.words(words);
        call32(102, &[number, arguments])
    };
    let stream = socketcall(1, &[2, 1, 0]) as u32;
    let datagram = socketcall(1, &[2, 2, 0]) as u32;
    socketcall(3, &[stream, address, 16]);
    socketcall(5, &[fd, room, len]);
    socketcall(6, &[fd, room, len]);
    socketcall(7, &[stream, room, len]);
    socketcall(8, &[1, 1, 0, room]);
    socketcall(8, &[2, 1, 0, room]);
    socketcall(9, &[stream, room, 4, 0]);
    socketcall(11, &[datagram, room, 4, 0x4000, address, 16]);
    socketcall(10, &[stream, room, 4, 0x40]);
    socketcall(12, &[datagram, room, 4, 0x40, room, len]);
    socketcall(13, &[stream, 2]);
    socketcall(14, &[stream, 1, 2, room, 4]);
    socketcall(15, &[stream, 1, 2, room, len]);
    socketcall(16, &[stream, 8, 0]);
    socketcall(17, &[stream, 8, 0x40]);
    socketcall(19, &[datagram, room, 1, 0x40, 0]);
    socketcall(18, &[99, room, len, 0]);
    socketcall(20, &[stream, room, 1, 0]);
    socketcall(4, &[fd, 5]);
    socketcall(2, &[datagram, address, 16]);
    call32(102, &[0, 0]);
    call32(102, &[21, 0]);
    call32(102, &[3, 8]);
    call32(364, &[fd, room, len, 0x800]);
    call32(371, &[datagram, room, 4, 0x40, room]);
}

/// Calls that all programs make.
pub fn compat_calls() {
    let mut low = Low::new();
    let name = low.put(b"/etc/hostname\0");
    call32(5, &[name, 0, 0]);
    call32(5, &[8, 0, 0]);
    call32(64, &[1, 2, 3]);
    call32(199, &[]);
    call32(213, &[4_000_000]);
}
