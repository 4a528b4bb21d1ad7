//! Our end of a BPF ring buffer, and how far of it is dealt with for good.
//!
//! libbpf gives an event's room back to the programs when it has handed the event over. Here it is given back when the event is in
//! the log ([`Receipt`]): what a rauditd that was killed had taken and not yet written is still there for the next one. So that
//! nothing is written twice either, a journal beside the ring says up to where all is written, and where in which file the writer is
//! about to write what, and the next rauditd cuts off what was not written to the end ([`Unfinished`]).
#![allow(unsafe_code, reason = "the kernel's memory, mapped: see End")]

use crate::kernel::CaptureError;
use crate::kernel::shared::Shared;
use libbpf_rs::{MapCore, MapHandle};
use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use nix::unistd::{SysconfVar, sysconf};
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Of a record's first word (`BPF_RINGBUF_BUSY_BIT`, `BPF_RINGBUF_DISCARD_BIT`): it is being written; it is to be left out.
const BUSY: u32 = 1 << 31;
const DISCARD: u32 = 1 << 30;
/// Bytes before each record (`BPF_RINGBUF_HDR_SZ`).
const HEADER: u64 = 8;

/// The ring buffer of a capture, and its journal when a successor may come upon it.
#[derive(Debug)]
pub struct Ring {
    pub(crate) map: MapHandle,
    pub(crate) journal: Option<MapHandle>,
}

/// Words of the journal.
mod word {
    pub const WRITING: usize = 0;
    pub const DEVICE: usize = 8;
    pub const INODE: usize = 16;
    pub const OFFSET: usize = 24;
    pub const LEN: usize = 32;
    pub const POSITION: usize = 40;
    pub const SERIAL: usize = 48;
    pub const DELIVERED: usize = 56;
    pub const DEALT: usize = 64;
}

/// Bytes of the journal.
pub(crate) const JOURNAL_LEN: u32 = 72;

/// Where in a file something is about to be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file's device.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// Its size before.
    pub offset: u64,
    /// How much is to come.
    pub len: u64,
}

/// The ring, mapped.
///
/// Invariants: `consumer` is a page, read and written as one number only, here and by the kernel; `producer` is a page and after it
/// twice the data, so that a record that goes around the end is of one piece. Both stay mapped until this is dropped. The kernel
/// does not touch a record that is not busy until the number in `consumer` is beyond it, and that number is set to no more than
/// what a reader has left behind (by a [`Receipt`]).
#[derive(Debug)]
pub(crate) struct End {
    consumer: NonNull<u8>,
    producer: NonNull<u8>,
    page: usize,
    size: u64,
    /// Up to where records are dealt with; given back they may be later.
    dealt: AtomicU64,
    journal: Option<Shared>,
    map: MapHandle,
}

// SAFETY: the mappings belong to the process, and what is written there is written as atomics.
unsafe impl Send for End {}
// SAFETY: as above; records are only read, under the invariant.
unsafe impl Sync for End {}

impl End {
    pub(crate) fn of(ring: Ring) -> Result<Arc<Self>, CaptureError> {
        let failed = |e: Errno| CaptureError::Plan(format!("cannot map the ring buffer: {e}"));
        let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().and_then(|n| usize::try_from(n).ok()).unwrap_or(4096);
        let size = u64::from(ring.map.max_entries());
        let journal = ring.journal.map(|map| Shared::of(&map)).transpose().map_err(failed)?;
        let fd = ring.map.as_fd();
        let consumer = map(fd, page, 0, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE).map_err(failed)?;
        match map(fd, page + 2 * size as usize, page as i64, ProtFlags::PROT_READ) {
            Ok(producer) => {
                let end = Self { consumer, producer, page, size, dealt: AtomicU64::new(0), journal, map: ring.map };
                let noted = end.journal.as_ref().map_or(0, |journal| journal.load64(word::DEALT));
                end.dealt.store(noted.max(end.given_back()), Ordering::Release);
                Ok(Arc::new(end))
            }
            Err(e) => {
                // SAFETY: mapped above with this length.
                let _ = unsafe { munmap(consumer.cast(), page) };
                Err(failed(e))
            }
        }
    }

    fn position(&self) -> &AtomicU64 {
        // SAFETY: the consumer page begins with it, aligned; mapped as long as self.
        unsafe { self.consumer.cast().as_ref() }
    }

    /// Up to where the room of records is given back.
    fn given_back(&self) -> u64 {
        self.position().load(Ordering::Acquire)
    }

    /// Up to where the records are dealt with.
    pub(crate) fn dealt(&self) -> u64 {
        self.dealt.load(Ordering::Acquire)
    }

    /// All before `position` is dealt with, and given back but for what comes after `keep`: a ring of which something is kept wakes
    /// nobody up (see [`give_back`](Self::give_back)).
    fn deal(&self, position: u64, keep: u64) {
        if let Some(journal) = &self.journal {
            journal.store64(word::DEALT, position);
        }
        self.position().store(keep, Ordering::Release);
        self.dealt.store(position, Ordering::Release);
    }

    /// All before `position` is dealt with, and given back.
    pub(crate) fn commit(&self, position: u64) {
        self.deal(position, position);
    }

    /// Gives back what is dealt with: the next record wakes up who waits (`bpf_ringbuf_commit`: when the reader is right before it).
    pub(crate) fn give_back(&self) {
        self.position().store(self.dealt(), Ordering::Release);
    }

    /// Up to where there are records, whole or not.
    pub(crate) fn produced(&self) -> u64 {
        // SAFETY: the producer page begins with it, aligned; mapped as long as self.
        let produced: &AtomicU64 = unsafe { self.producer.cast().as_ref() };
        produced.load(Ordering::Acquire)
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Shows the record at `position`, unless it is one to be left out, and goes on to the next; false when there is none yet.
    pub(crate) fn next(&self, position: &mut u64, take: impl FnOnce(&[u8])) -> bool {
        if *position >= self.produced() {
            return false;
        }
        let at = self.page + (*position & (self.size - 1)) as usize;
        // SAFETY: `at` is within the data's first copy, and records begin at multiples of 8.
        let header: &AtomicU32 = unsafe { self.producer.add(at).cast().as_ref() };
        let word = header.load(Ordering::Acquire);
        let len = u64::from(word & !(BUSY | DISCARD));
        if word & BUSY != 0 || len > self.size {
            return false;
        }
        if word & DISCARD == 0 {
            // SAFETY: the record and its header are no longer than the data, which is mapped twice; it is whole, so that by the
            // invariant nobody writes there while the slice lives.
            take(unsafe { std::slice::from_raw_parts(self.producer.add(at + HEADER as usize).as_ptr(), len as usize) });
        }
        *position += (HEADER + len).next_multiple_of(8);
        true
    }

    /// The serial after which to go on; 0: none was given.
    pub(crate) fn serial(&self) -> u32 {
        self.journal.as_ref().map_or(0, |journal| journal.load64(word::SERIAL) as u32)
    }

    /// How many events were delivered, by whoever read this ring.
    pub(crate) fn delivered(&self) -> u64 {
        self.journal.as_ref().map_or(0, |journal| journal.load64(word::DELIVERED))
    }

    /// What was being written when its writer ended, unless all of it is known to be written.
    pub(crate) fn unfinished(&self) -> Option<Unfinished> {
        let journal = self.journal.as_ref()?;
        let [device, inode, offset, len] =
            [word::DEVICE, word::INODE, word::OFFSET, word::LEN].map(|at| journal.load64(at));
        let open = journal.load64(word::WRITING) != 0 && self.dealt() < journal.load64(word::POSITION);
        open.then_some(Unfinished(Place { device, inode, offset, len }))
    }
}

impl AsFd for End {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.map.as_fd()
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // SAFETY: mapped in `of` with these lengths; nothing refers to either any more.
        let _ = unsafe { munmap(self.consumer.cast(), self.page) };
        // SAFETY: as above.
        let _ = unsafe { munmap(self.producer.cast(), self.page + 2 * self.size as usize) };
    }
}

fn map(fd: BorrowedFd<'_>, len: usize, at: i64, access: ProtFlags) -> Result<NonNull<u8>, Errno> {
    let len = NonZeroUsize::new(len).ok_or(Errno::EINVAL)?;
    // SAFETY: a new mapping at an address of the kernel's choice; no memory of ours is touched.
    Ok(unsafe { mmap(None, len, access, MapFlags::MAP_SHARED, fd, at)? }.cast())
}

/// Goes with a batch of records to the writer: what they were made of may be given back once they are in the log.
#[derive(Debug)]
pub struct Receipt {
    end: Arc<End>,
    position: u64,
    /// Where the last of the records begins: from there on room is kept until the reader goes to sleep.
    keep: u64,
    serial: u32,
    /// Events delivered with it and before it.
    delivered: u64,
}

impl Receipt {
    pub(crate) fn new(end: Arc<End>, position: u64, keep: u64, serial: u32, delivered: u64) -> Self {
        Self { end, position, keep, serial, delivered }
    }

    /// Notes where the records will be written.
    pub fn begin(&self, place: Place) {
        let Some(journal) = &self.end.journal else { return };
        journal.store64(word::WRITING, 0);
        for (at, value) in [
            (word::DEVICE, place.device),
            (word::INODE, place.inode),
            (word::OFFSET, place.offset),
            (word::LEN, place.len),
            (word::POSITION, self.position),
            (word::SERIAL, self.serial.into()),
        ] {
            journal.store64(at, value);
        }
        journal.store64(word::WRITING, 1);
    }

    /// The records are dealt with.
    pub fn sign(self) {
        self.end.deal(self.position, self.keep);
        if let Some(journal) = &self.end.journal {
            journal.store64(word::SERIAL, self.serial.into());
            journal.store64(word::DELIVERED, self.delivered);
            journal.store64(word::WRITING, 0);
        }
    }
}

/// A batch that its writer may not have written to the end. All of it is still in the ring, and will be written again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unfinished(pub Place);

impl Unfinished {
    /// Takes back from the log what was written of it; the number of bytes. What is not certain to be that is left.
    pub fn take_back(&self, log: &std::path::Path) -> std::io::Result<u64> {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        let file = std::fs::OpenOptions::new().write(true).custom_flags(libc::O_NOFOLLOW).open(log)?;
        let meta = file.metadata()?;
        let Place { device, inode, offset, len } = self.0;
        // a newline may come first, should the line before be torn
        let ours = (meta.dev(), meta.ino()) == (device, inode) && (offset..=offset + len + 1).contains(&meta.len());
        if ours {
            file.set_len(offset)?;
        }
        Ok(if ours { meta.len() - offset } else { 0 })
    }
}
