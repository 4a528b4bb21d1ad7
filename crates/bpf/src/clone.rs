//! One program, many targets.
//!
//! A tracing program is bound to its target when it is loaded, and the verifier's work is the same each time. So what is loaded for a
//! target is a clone of a few instructions, which goes on to its body by a tail call. The kernel allows that among programs whose
//! targets have one prototype (`bpf_prog_map_compatible`, kernel/bpf/core.c; functions of system calls have two or three), hence a
//! body for each. Clones are entered through the kernel's trampolines and bodies are not: a run that the kernel skips is counted
//! with its clone. This file holds all of the crate's raw `bpf(2)` calls.
#![allow(unsafe_code, reason = "libbpf-rs has no safe way to load instructions or to read func_info")]

use crate::pins::{Pin, Room};
use libbpf_rs::{AsRawLibbpf, MapCore, MapFlags, MapHandle, MapType, Program, libbpf_sys as sys};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const LICENSE: &CStr = c"GPL";
const MOV64_IMM: u8 = 0xb7;
const EXIT: u8 = 0x95;

/// A kernel function that programs can be attached to, by ids of the kernel's BTF.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Target {
    /// Its `BTF_KIND_FUNC`.
    pub function: u32,
    /// Its `BTF_KIND_FUNC_PROTO`.
    pub prototype: u32,
}

/// A loaded program that can be loaded again for another target.
#[derive(Debug)]
pub struct Template {
    instructions: Vec<sys::bpf_insn>,
    attach: sys::bpf_attach_type,
    /// Where functions begin and what their types are: global functions and callbacks need it.
    func_info: Vec<sys::bpf_func_info>,
    btf: OwnedFd,
    /// By prototype. They have to outlive the clones: the kernel empties an array of programs that nobody holds.
    bodies: BTreeMap<u32, Body>,
}

/// What the clones for targets of one prototype do.
#[derive(Debug)]
struct Body {
    program: OwnedFd,
    /// An array of one program, for the tail call.
    array: MapHandle,
}

/// An attached clone; dropping it detaches.
#[derive(Debug)]
pub struct Clone {
    /// Dropped before the link.
    pin: Option<Pin>,
    program: OwnedFd,
    link: OwnedFd,
    at_exit: bool,
}

impl Template {
    /// Reads what is needed of a program that libbpf has loaded for a target of this prototype.
    ///
    /// The instructions and `func_info` are libbpf's, as they were sent: the kernel's own have been rewritten since.
    pub fn of(program: &Program<'_>, prototype: u32) -> io::Result<Self> {
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
        let body = Body::new(program.as_fd().try_clone_to_owned()?)?;
        Ok(Self {
            instructions: program.insns().to_vec(),
            attach: program.attach_type() as sys::bpf_attach_type,
            func_info,
            btf,
            bodies: BTreeMap::from([(prototype, body)]),
        })
    }

    /// Attaches a clone. The first for a prototype has the template loaded once more. Of several for one target each is told which
    /// it is, by what `bpf_get_attach_cookie` tells programs (since 5.19).
    pub fn attach(&mut self, target: Target, copy: usize) -> io::Result<Clone> {
        if !self.bodies.contains_key(&target.prototype) {
            let body = Body::new(self.load(target.function)?)?;
            self.bodies.insert(target.prototype, body);
        }
        let body = self.bodies.get(&target.prototype).ok_or(io::ErrorKind::NotFound)?;
        let clone = body.call();
        load_and_link(&clone, self.attach, target.function, copy as u64)
    }

    /// The programs that the clones go on to; libbpf's is one of them.
    pub fn bodies(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.bodies.values().map(|b| b.program.as_fd())
    }

    /// The arrays that clones need to go on to the bodies: the kernel empties one that nobody holds or has a name for.
    pub fn arrays(&self) -> impl Iterator<Item = (u32, BorrowedFd<'_>)> {
        self.bodies.iter().map(|(prototype, body)| (*prototype, body.array.as_fd()))
    }

    fn load(&self, target: u32) -> io::Result<OwnedFd> {
        let options = sys::bpf_prog_load_opts {
            prog_btf_fd: self.btf.as_raw_fd() as u32,
            func_info: self.func_info.as_ptr().cast(),
            func_info_cnt: self.func_info.len() as u32,
            func_info_rec_size: size_of::<sys::bpf_func_info>() as u32,
            ..Default::default()
        };
        load(c"raudit_body", &self.instructions, self.attach, target, options)
    }
}

impl Body {
    fn new(program: OwnedFd) -> io::Result<Self> {
        let options = sys::bpf_map_create_opts { sz: size_of::<sys::bpf_map_create_opts>() as _, ..Default::default() };
        let array =
            MapHandle::create(MapType::ProgArray, Some("raudit_body"), 4, 4, 1, &options).map_err(io::Error::other)?;
        let (first, value) = (0u32.to_ne_bytes(), program.as_raw_fd().to_ne_bytes());
        array.update(&first, &value, MapFlags::ANY).map_err(io::Error::other)?;
        Ok(Self { program, array })
    }

    /// A program that goes on to the body.
    fn call(&self) -> [sys::bpf_insn; 6] {
        const LOAD_IMM64: u8 = 0x18;
        const CALL: u8 = 0x85;
        let to = |dst, src, mut insn: sys::bpf_insn| {
            insn.set_dst_reg(dst);
            insn.set_src_reg(src);
            insn
        };
        // r1 is the context all along
        let map = sys::bpf_insn { code: LOAD_IMM64, imm: self.array.as_fd().as_raw_fd(), ..Default::default() };
        let zero = sys::bpf_insn { code: MOV64_IMM, ..Default::default() };
        let call = sys::bpf_insn { code: CALL, imm: sys::BPF_FUNC_tail_call as i32, ..Default::default() };
        let exit = sys::bpf_insn { code: EXIT, ..Default::default() };
        [to(2, sys::BPF_PSEUDO_MAP_FD as u8, map), sys::bpf_insn::default(), to(3, 0, zero), call, zero, exit]
    }
}

impl Clone {
    /// Whether it has a name.
    pub fn is_pinned(&self) -> bool {
        self.pin.is_some()
    }

    /// Which end of a call it sees.
    pub fn what(&self) -> &'static str {
        if self.at_exit { "exit" } else { "enter" }
    }

    /// The id of its link.
    pub fn id(&self) -> Option<u32> {
        link_info(self.link.as_raw_fd()).ok().map(|info| info.id)
    }

    /// Has it outlive this process under a name.
    pub fn pin(&mut self, room: &Room, name: &str) -> io::Result<()> {
        self.pin = Some(room.pin(name, self.link.as_fd())?);
        Ok(())
    }

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

/// The kernel's count of skipped runs of a program libbpf loaded.
pub fn missed(program: &Program<'_>) -> u64 {
    info(program.as_fd().as_raw_fd()).map_or(0, |i| i.recursion_misses)
}

/// Gives a map or link a name in a BPF file system.
pub fn pin(what: BorrowedFd<'_>, path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the path is NUL-terminated and outlives the call; the descriptor is a plain number to it.
    match unsafe { sys::bpf_obj_pin(what.as_raw_fd(), path.as_ptr()) } {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(-code)),
    }
}

/// The kernel's count of skipped runs of a program, by its id.
pub fn missed_by_id(id: u32) -> u64 {
    let program = Program::fd_from_id(id).ok();
    program.and_then(|fd| info(fd.as_raw_fd()).ok()).map_or(0, |i| i.recursion_misses)
}

/// Whether the kernel has no link of this id any more.
pub fn link_is_gone(id: u32) -> bool {
    // SAFETY: takes and returns plain integers; a descriptor returned is ours alone.
    unsafe { owned(sys::bpf_link_get_fd_by_id(id)) }.is_err_and(|e| e.raw_os_error() == Some(libc::ENOENT))
}

/// Lets this process have the descriptors that clones need: two each, and rules may name hundreds of calls. Where that is not allowed,
/// attaching says that there are too many.
pub fn allow_descriptors() {
    const ENOUGH: u64 = 16384;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    if soft < ENOUGH && setrlimit(Resource::RLIMIT_NOFILE, ENOUGH, hard.max(ENOUGH)).is_err() {
        // at least as many as there may be; an error leaves what was
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(ENOUGH), hard);
    }
}

/// Loads and attaches a program that does nothing; an error says why the tier is not to be had.
pub fn trial(target: u32) -> io::Result<()> {
    let instructions =
        [sys::bpf_insn { code: MOV64_IMM, ..Default::default() }, sys::bpf_insn { code: EXIT, ..Default::default() }];
    load_and_link(&instructions, sys::BPF_TRACE_FENTRY, target, 0).map(drop)
}

/// Whether the kernel has the helpers that came with 5.17 (bpf_loop, bpf_find_vma, bpf_get_func_ret and its like, of which the
/// one without an argument is tried). What it refuses for another reason is not known to be old.
pub fn has_newer_helpers(target: u32) -> bool {
    const CALL: u8 = 0x85;
    let instructions = [
        sys::bpf_insn { code: CALL, imm: sys::BPF_FUNC_get_func_arg_cnt as i32, ..Default::default() },
        sys::bpf_insn { code: MOV64_IMM, ..Default::default() },
        sys::bpf_insn { code: EXIT, ..Default::default() },
    ];
    let loaded = load(c"raudit_trial", &instructions, sys::BPF_TRACE_FENTRY, target, Default::default());
    !loaded.is_err_and(|e| e.raw_os_error() == Some(libc::EINVAL))
}

fn load_and_link(
    instructions: &[sys::bpf_insn],
    attach: sys::bpf_attach_type,
    target: u32,
    cookie: u64,
) -> io::Result<Clone> {
    let program = load(c"raudit_clone", instructions, attach, target, Default::default())?;
    let link = if cookie == 0 {
        // SAFETY: a null name asks for a tracing program's own target; the descriptor returned is ours alone.
        unsafe { owned(sys::bpf_raw_tracepoint_open(std::ptr::null(), program.as_raw_fd()))? }
    } else {
        let mut options =
            sys::bpf_link_create_opts { sz: size_of::<sys::bpf_link_create_opts>() as _, ..Default::default() };
        options.__bindgen_anon_1.tracing.cookie = cookie;
        // SAFETY: the options outlive the call and hold no pointers; 0 stands for a tracing program's own target; the descriptor
        // returned is ours alone.
        unsafe { owned(sys::bpf_link_create(program.as_raw_fd(), 0, attach, &raw const options))? }
    };
    Ok(Clone { pin: None, program, link, at_exit: attach == sys::BPF_TRACE_FEXIT })
}

fn load(
    name: &CStr,
    instructions: &[sys::bpf_insn],
    attach: sys::bpf_attach_type,
    target: u32,
    mut options: sys::bpf_prog_load_opts,
) -> io::Result<OwnedFd> {
    options.sz = size_of::<sys::bpf_prog_load_opts>() as _;
    options.expected_attach_type = attach;
    options.attach_btf_id = target;
    // SAFETY: name and license are NUL-terminated and static, instructions and options outlive the call, and the options'
    // pointers are either null or point into the caller's Template.
    unsafe {
        owned(sys::bpf_prog_load(
            sys::BPF_PROG_TYPE_TRACING,
            name.as_ptr(),
            LICENSE.as_ptr(),
            instructions.as_ptr(),
            instructions.len() as _,
            &raw mut options,
        ))
    }
}

/// What the kernel tells of a program.
pub fn info(program: i32) -> io::Result<sys::bpf_prog_info> {
    let mut info = sys::bpf_prog_info::default();
    let mut len = size_of::<sys::bpf_prog_info>() as u32;
    // SAFETY: info and len are ours, and no array is asked for.
    match unsafe { sys::bpf_obj_get_info_by_fd(program, (&raw mut info).cast(), &raw mut len) } {
        0 => Ok(info),
        code => Err(io::Error::from_raw_os_error(-code)),
    }
}

fn link_info(link: i32) -> io::Result<sys::bpf_link_info> {
    let mut info = sys::bpf_link_info::default();
    let mut len = size_of::<sys::bpf_link_info>() as u32;
    // SAFETY: info and len are ours, and no string is asked for.
    match unsafe { sys::bpf_obj_get_info_by_fd(link, (&raw mut info).cast(), &raw mut len) } {
        0 => Ok(info),
        code => Err(io::Error::from_raw_os_error(-code)),
    }
}

/// The ids of a link and of its program.
pub fn ids(link: BorrowedFd<'_>) -> Option<(u32, u32)> {
    link_info(link.as_raw_fd()).ok().map(|info| (info.id, info.prog_id))
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
