//! One program, many targets.
//!
//! A tracing program is bound to its target when it is loaded. libbpf loads the template once; a clone for each further
//! target takes the template's relocated instructions and asks the kernel again. This file holds all of the crate's raw
//! `bpf(2)` calls.
#![allow(unsafe_code, reason = "libbpf-rs has no safe way to load instructions or to read func_info")]

use libbpf_rs::{AsRawLibbpf, Program, libbpf_sys as sys};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

const LICENSE: &CStr = c"GPL";

/// A loaded program that can be loaded again for another target.
#[derive(Debug)]
pub struct Template {
    instructions: Vec<sys::bpf_insn>,
    attach: sys::bpf_attach_type,
    /// Where functions begin and what their types are: global functions and callbacks need it.
    func_info: Vec<sys::bpf_func_info>,
    btf: OwnedFd,
}

/// An attached clone; dropping it detaches.
#[derive(Debug)]
pub struct Clone {
    program: OwnedFd,
    _link: OwnedFd,
}

impl Template {
    /// Reads what is needed of a program that libbpf has loaded.
    ///
    /// The instructions and `func_info` are libbpf's, as they were sent: the kernel's own have been rewritten since.
    pub fn of(program: &Program<'_>) -> io::Result<Self> {
        let raw = program.as_libbpf_object().as_ptr();
        // SAFETY: the pointer is that of a live program; the array of `count` entries belongs to it and is copied.
        let func_info = unsafe {
            let first = sys::bpf_program__func_info(raw);
            let count = sys::bpf_program__func_info_cnt(raw) as usize;
            if first.is_null() { Vec::new() } else { std::slice::from_raw_parts(first, count).to_vec() }
        };
        let btf_id = info(program.as_fd().as_raw_fd())?.btf_id;
        // SAFETY: takes and returns plain integers; the descriptor returned is ours alone.
        let btf = unsafe { owned(sys::bpf_btf_get_fd_by_id(btf_id))? };
        Ok(Self {
            instructions: program.insns().to_vec(),
            attach: program.attach_type() as sys::bpf_attach_type,
            func_info,
            btf,
        })
    }

    /// Loads the template once more, for the kernel function with this BTF id, and attaches it.
    pub fn attach(&self, target: u32) -> io::Result<Clone> {
        let options = sys::bpf_prog_load_opts {
            prog_btf_fd: self.btf.as_raw_fd() as u32,
            func_info: self.func_info.as_ptr().cast(),
            func_info_cnt: self.func_info.len() as u32,
            func_info_rec_size: size_of::<sys::bpf_func_info>() as u32,
            ..Default::default()
        };
        load_and_link(&self.instructions, self.attach, target, options)
    }
}

impl Clone {
    /// How often the kernel skipped the program because it was already running on the CPU.
    pub fn missed(&self) -> u64 {
        info(self.program.as_raw_fd()).map_or(0, |i| i.recursion_misses)
    }
}

impl AsFd for Clone {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.program.as_fd()
    }
}

/// Instructions the verifier went through for a program, and bytes of its machine code.
pub fn size(program: BorrowedFd<'_>) -> io::Result<(u32, u32)> {
    info(program.as_raw_fd()).map(|info| (info.verified_insns, info.jited_prog_len))
}

/// The kernel's count of skipped runs of a program libbpf loaded.
pub fn missed(program: &Program<'_>) -> u64 {
    info(program.as_fd().as_raw_fd()).map_or(0, |i| i.recursion_misses)
}

/// Loads and attaches a program that does nothing; an error says why the tier is not to be had.
pub fn trial(target: u32) -> io::Result<()> {
    const MOV64_IMM: u8 = 0xb7;
    const EXIT: u8 = 0x95;
    let instructions =
        [sys::bpf_insn { code: MOV64_IMM, ..Default::default() }, sys::bpf_insn { code: EXIT, ..Default::default() }];
    load_and_link(&instructions, sys::BPF_TRACE_FENTRY, target, Default::default()).map(drop)
}

fn load_and_link(
    instructions: &[sys::bpf_insn],
    attach: sys::bpf_attach_type,
    target: u32,
    mut options: sys::bpf_prog_load_opts,
) -> io::Result<Clone> {
    options.sz = size_of::<sys::bpf_prog_load_opts>() as _;
    options.expected_attach_type = attach;
    options.attach_btf_id = target;
    // SAFETY: name and license are NUL-terminated and static, instructions and options outlive the call, and the options'
    // pointers are either null or point into the caller's Template.
    let program = unsafe {
        owned(sys::bpf_prog_load(
            sys::BPF_PROG_TYPE_TRACING,
            c"raudit_clone".as_ptr(),
            LICENSE.as_ptr(),
            instructions.as_ptr(),
            instructions.len() as _,
            &raw mut options,
        ))?
    };
    // SAFETY: a null name asks for a tracing program's own target; the descriptor returned is ours alone.
    let link = unsafe { owned(sys::bpf_raw_tracepoint_open(std::ptr::null(), program.as_raw_fd()))? };
    Ok(Clone { program, _link: link })
}

fn info(program: i32) -> io::Result<sys::bpf_prog_info> {
    let mut info = sys::bpf_prog_info::default();
    let mut len = size_of::<sys::bpf_prog_info>() as u32;
    // SAFETY: info and len are ours, and no array is asked for.
    match unsafe { sys::bpf_obj_get_info_by_fd(program, (&raw mut info).cast(), &raw mut len) } {
        0 => Ok(info),
        code => Err(io::Error::from_raw_os_error(-code)),
    }
}

/// # Safety
/// `result` must be a fresh descriptor nobody else owns, or a negative errno.
unsafe fn owned(result: i32) -> io::Result<OwnedFd> {
    if result < 0 {
        return Err(io::Error::from_raw_os_error(-result));
    }
    // SAFETY: as promised by the caller.
    Ok(unsafe { OwnedFd::from_raw_fd(result) })
}
