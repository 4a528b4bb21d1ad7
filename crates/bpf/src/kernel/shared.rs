//! Memory of a BPF array map that programs and we see at the same time.
#![allow(unsafe_code, reason = "the kernel's memory, mapped; every access is checked against its length")]

use super::CaptureError;
use libbpf_rs::{MapCore, MapHandle, Object};
use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// A mapped array map (`BPF_F_MMAPABLE`): its entries one after the other.
///
/// Invariant: `start` to `start + len` stays mapped, readable and writable, until this is dropped. BPF programs read and write
/// there meanwhile, so no reference into it is ever made but to atomics.
#[derive(Debug)]
pub(crate) struct Shared {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and all access is atomic, volatile, or exclusive by &mut.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// Maps all entries of a map of the object.
    pub(super) fn named(object: &Object, name: &str) -> Result<Self, CaptureError> {
        Self::of(&map(object, name)?).map_err(|e| CaptureError::Plan(format!("cannot map {name}: {e}")))
    }

    /// Maps all entries of a map.
    pub(crate) fn of(map: &impl MapCore) -> Result<Self, Errno> {
        Self::map(map.as_fd(), Self::len_of(map))
    }

    /// Bytes that a map would have mapped.
    pub(super) fn len_of(map: &impl MapCore) -> usize {
        (map.value_size() as usize).next_multiple_of(8) * map.max_entries() as usize
    }

    fn map(fd: BorrowedFd<'_>, len: usize) -> Result<Self, Errno> {
        let size = NonZeroUsize::new(len).ok_or(Errno::EINVAL)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice; no memory of ours is touched.
        let start = unsafe { mmap(None, size, access, MapFlags::MAP_SHARED, fd, 0)? };
        Ok(Self { start: start.cast(), len })
    }

    /// Bytes mapped.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn at<T>(&self, at: usize) -> Option<NonNull<T>> {
        let fits = at.checked_add(size_of::<T>())? <= self.len && at.is_multiple_of(align_of::<T>());
        // SAFETY: within the mapping, which begins at a page's start, so that `at` alone decides on alignment.
        fits.then(|| unsafe { self.start.add(at) }.cast())
    }

    /// The word at a byte offset; 0 outside.
    pub(crate) fn load32(&self, at: usize) -> u32 {
        // SAFETY: mapped and aligned; programs access the word as a whole.
        self.at::<AtomicU32>(at).map_or(0, |word| unsafe { word.as_ref() }.load(Ordering::Acquire))
    }

    /// Sets the word at a byte offset. What was written before is seen before; nothing outside.
    pub(crate) fn store32(&mut self, at: usize, value: u32) {
        if let Some(word) = self.at::<AtomicU32>(at) {
            // SAFETY: as for `load32`.
            unsafe { word.as_ref() }.store(value, Ordering::Release);
            fence(Ordering::SeqCst);
        }
    }

    /// The long word at a byte offset; 0 outside.
    pub(crate) fn load64(&self, at: usize) -> u64 {
        // SAFETY: as for `load32`.
        self.at::<AtomicU64>(at).map_or(0, |word| unsafe { word.as_ref() }.load(Ordering::Acquire))
    }

    /// Sets the long word at a byte offset. What was written before is seen before; nothing outside.
    pub(crate) fn store64(&self, at: usize, value: u64) {
        if let Some(word) = self.at::<AtomicU64>(at) {
            // SAFETY: as for `load32`.
            unsafe { word.as_ref() }.store(value, Ordering::SeqCst);
        }
    }

    /// A copy of bytes at an offset, those that there are. Nobody writes there meanwhile, or what is read is not believed.
    pub(crate) fn read(&self, at: usize, len: usize) -> Vec<u8> {
        let len = len.min(self.len.saturating_sub(at));
        let mut bytes = vec![0; len];
        if len > 0 {
            // SAFETY: the source lies within the mapping and cannot overlap memory that was just allocated.
            unsafe { std::ptr::copy_nonoverlapping(self.start.add(at).as_ptr(), bytes.as_mut_ptr(), len) };
        }
        bytes
    }

    /// Takes the counter at a byte offset, leaving 0.
    pub(super) fn take64(&self, at: usize) -> u64 {
        // SAFETY: as for `load32`; programs add to it atomically.
        self.at::<AtomicU64>(at).map_or(0, |word| unsafe { word.as_ref() }.swap(0, Ordering::Relaxed))
    }

    /// Copies bytes to an offset, those that fit.
    pub(crate) fn write(&mut self, at: usize, bytes: &[u8]) {
        let room = self.len.saturating_sub(at);
        let bytes = bytes.get(..room.min(bytes.len())).unwrap_or(bytes);
        if !bytes.is_empty() {
            // SAFETY: the target lies within the mapping, and cannot overlap a slice that Rust lets us read.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(at).as_ptr(), bytes.len()) };
        }
    }
}

/// A map of the object.
pub(super) fn map<'a>(object: &'a Object, name: &str) -> Result<libbpf_rs::Map<'a>, CaptureError> {
    object.maps().find(|map| map.name() == name).ok_or_else(|| {
        CaptureError::Plan(format!("no BPF map {name}: the object is not the one this program was built with"))
    })
}

/// A descriptor of our own of one.
pub(super) fn handle(object: &Object, name: &str) -> Result<MapHandle, CaptureError> {
    MapHandle::try_from(&map(object, name)?).map_err(super::bpf(format!("open {name}")))
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: mapped by us with this length, and nothing refers to it any more.
        let _ = unsafe { munmap(self.start.cast::<c_void>(), self.len) };
    }
}
