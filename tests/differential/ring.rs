//! io_uring by system calls alone: a ring, and the operations that cases have it do.
#![allow(unsafe_code, reason = "rings are memory shared with the kernel")]

use std::ffi::CStr;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

/// Flags of a ring (include/uapi/linux/io_uring.h): a task of the kernel's takes operations in.
pub const SQPOLL: u32 = 2;
/// The operation is left to a worker; it begins when the one before it has ended well.
pub const ASYNC: u8 = 16;
pub const LINK: u8 = 4;

const GETEVENTS: usize = 1;
const SQ_WAKEUP: usize = 2;
const SIZE: usize = 64;
const ENTRIES: u32 = 64;
/// Where the parts of a ring are mapped from.
const AT_SUBMISSION: i64 = 0;
const AT_COMPLETION: i64 = 0x800_0000;
const AT_OPERATIONS: i64 = 0x1000_0000;

/// `struct io_uring_sqe`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Operation {
    pub opcode: u8,
    pub flags: u8,
    pub priority: u16,
    pub fd: i32,
    pub off: u64,
    pub addr: u64,
    pub len: u32,
    pub op_flags: u32,
    pub user_data: u64,
    pub buffer: u16,
    pub personality: u16,
    pub file_index: u32,
    pub addr3: u64,
    pub pad: u64,
}

const _: () = assert!(size_of::<Operation>() == SIZE);

impl Operation {
    pub fn new(opcode: u8, fd: i32) -> Self {
        Self { opcode, fd, ..Self::default() }
    }

    /// The same with this address in its `addr`.
    pub fn at<T: ?Sized>(self, at: *const T) -> Self {
        Self { addr: at.cast::<u8>() as u64, ..self }
    }

    pub fn text(self, at: &CStr) -> Self {
        self.at(at.as_ptr())
    }

    pub fn sized(self, len: u32) -> Self {
        Self { len, ..self }
    }

    pub fn op_flags(self, op_flags: u32) -> Self {
        Self { op_flags, ..self }
    }

    pub fn off(self, off: u64) -> Self {
        Self { off, ..self }
    }

    /// With flags of the entry (`IOSQE_*`).
    pub fn with(self, flags: u8) -> Self {
        Self { flags, ..self }
    }
}

pub struct Ring {
    fd: i32,
    flags: u32,
    submission: *mut u8,
    completion: *mut u8,
    operations: *mut Operation,
    /// `struct io_uring_params`, as words.
    params: [u32; 30],
}

fn map(fd: i32, len: usize, at: i64) -> *mut u8 {
    // SAFETY: a new mapping of the ring, which stays until the process ends.
    let mapped = unsafe {
        libc::mmap(
            ptr::null_mut(),
            len,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_POPULATE,
            fd,
            at,
        )
    };
    assert_ne!(mapped, libc::MAP_FAILED, "the ring cannot be mapped");
    mapped.cast()
}

impl Ring {
    pub fn new(flags: u32) -> Self {
        let mut params = [0u32; 30];
        params[2] = flags;
        params[4] = 2000; // milliseconds until such a task sleeps
        // SAFETY: the parameters have the size of struct io_uring_params, 120 bytes.
        let fd = unsafe { libc::syscall(libc::SYS_io_uring_setup, ENTRIES as usize, params.as_mut_ptr()) } as i32;
        assert!(fd >= 0, "io_uring_setup: {}", std::io::Error::last_os_error());
        let (submission, completion) = (params[16] + params[0] * 4, params[25] + params[1] * 16);
        Self {
            fd,
            flags,
            submission: map(fd, submission as usize, AT_SUBMISSION),
            completion: map(fd, completion as usize, AT_COMPLETION),
            operations: map(fd, params[0] as usize * SIZE, AT_OPERATIONS).cast(),
            params,
        }
    }

    /// A counter of the submission ring (head, tail, mask, entries, flags, dropped, array), which is at word 10 of the parameters on.
    fn submitting(&self, which: usize) -> &AtomicU32 {
        // SAFETY: the kernel says that it lies there, in the mapping.
        unsafe { &*self.submission.add(self.params[10 + which] as usize).cast::<AtomicU32>() }
    }

    fn completing(&self, which: usize) -> &AtomicU32 {
        // SAFETY: as above; those of the completion ring are from word 20 on.
        unsafe { &*self.completion.add(self.params[20 + which] as usize).cast::<AtomicU32>() }
    }

    /// Has the kernel do these operations, and waits until so many have ended; their results, in the order of the list.
    pub fn run(&mut self, operations: &[Operation]) -> Vec<i32> {
        self.submit(operations, operations.len());
        self.results(operations.len())
    }

    /// One operation.
    pub fn one(&mut self, operation: Operation) -> i32 {
        self.run(&[operation])[0]
    }

    /// Gives the kernel these, and waits in the same call for `wait` to end.
    pub fn submit(&mut self, operations: &[Operation], wait: usize) {
        let (tail, mask) = (self.submitting(1).load(Ordering::Relaxed), self.params[0] - 1);
        for (n, operation) in (0u32..).zip(operations) {
            let at = tail.wrapping_add(n) & mask;
            // SAFETY: the index is within the mapped arrays, by the mask.
            unsafe {
                *self.operations.add(at as usize) = Operation { user_data: n.into(), ..*operation };
                *self.submission.add(self.params[16] as usize).cast::<u32>().add(at as usize) = at;
            }
        }
        self.submitting(1).store(tail.wrapping_add(operations.len() as u32), Ordering::Release);
        let polled = self.flags & SQPOLL != 0;
        let flags = if polled { GETEVENTS | SQ_WAKEUP } else { GETEVENTS };
        // kernels before 5.18 take no more after one that is invalid
        let taken = self.enter(operations.len(), wait, flags);
        if let Ok(taken @ 1..) = usize::try_from(taken)
            && taken < operations.len()
        {
            self.enter(operations.len() - taken, wait, flags);
        }
    }

    fn enter(&self, submit: usize, wait: usize, flags: usize) -> i64 {
        // SAFETY: plain numbers.
        unsafe { libc::syscall(libc::SYS_io_uring_enter, self.fd as usize, submit, wait, flags, 0usize, 0usize) }
    }

    /// What has ended: waits for `count` of them.
    pub fn results(&mut self, count: usize) -> Vec<i32> {
        let mut results = vec![i32::MIN; count];
        let mut seen = 0;
        while seen < count {
            let head = self.completing(0).load(Ordering::Relaxed);
            if head == self.completing(1).load(Ordering::Acquire) {
                self.enter(0, 1, GETEVENTS);
                continue;
            }
            let at = (head & (self.params[1] - 1)) as usize;
            // SAFETY: an entry the kernel has written: 64 bits that are ours, 32 of the result, 32 of flags.
            let entry = unsafe { *self.completion.add(self.params[25] as usize).cast::<[u32; 4]>().add(at) };
            if let Some(result) = results.get_mut(entry[0] as usize) {
                *result = entry[2] as i32;
            }
            seen += 1;
            self.completing(0).store(head.wrapping_add(1), Ordering::Release);
        }
        results
    }
}
