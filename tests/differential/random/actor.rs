//! One task of the workload: who it is, and the calls it draws.

use super::calls::{A, Call, Way};
use super::dice::Dice;
use super::memory::Memory;
use super::{sockets, world};
use crate::machine::{self, call_32};
use raudit_tables::syscall;
use std::path::Path;

/// Descriptors an actor keeps open at a time.
const FDS: usize = 30;

/// Who an actor is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Who {
    pub user: u32,
    pub compat: bool,
    pub apart: bool,
    pub chroot: bool,
    pub thread: bool,
}

impl Who {
    /// Each slice has one of each sort, and users and namespaces mixed in.
    pub fn draw(dice: &mut Dice, at: usize) -> Self {
        let who = Self {
            compat: machine::HAS_GATE && at % 4 == 1,
            apart: dice.one_in(3),
            chroot: dice.one_in(8),
            thread: at % 4 == 2,
            user: 0,
        };
        Self { user: if dice.one_in(3) { 1000 + dice.below(2) as u32 } else { 0 }, ..who }
    }
}

pub struct Actor {
    pub who: Who,
    dice: Dice,
    memory: Memory,
    root: Vec<u8>,
    fds: Vec<i32>,
    calls: Vec<(&'static Call, u32)>,
    weight: u32,
    last: usize,
}

impl Actor {
    /// An actor for a world, drawing from these calls.
    pub fn new(who: Who, dice: Dice, root: &Path, calls: &[&'static Call]) -> Self {
        let table = syscall::table(machine::arch_of(if who.compat { "b32" } else { "b64" }));
        let number = |call: &&'static Call| Some((*call, table?.number(call.name)?));
        let calls: Vec<_> = calls.iter().filter_map(number).filter(|(c, _)| c.way != Way::Apart || who.apart).collect();
        let weight = calls.iter().map(|(c, _)| c.weight).sum();
        let root = root.as_os_str().as_encoded_bytes().to_vec();
        Self { who, dice, memory: Memory::new(), root, fds: Vec::new(), calls, weight, last: 0 }
    }

    /// Becomes who it is to be, in its world.
    pub fn dress(&mut self) {
        let root = std::ffi::CString::new(self.root.clone()).unwrap();
        // SAFETY: plain integers and NUL-terminated strings.
        unsafe {
            if self.who.thread {
                libc::unshare(libc::CLONE_FS | libc::CLONE_FILES);
            }
            if self.who.apart {
                libc::unshare(libc::CLONE_NEWNS);
                let none = c"none".as_ptr();
                libc::mount(none, c"/".as_ptr(), none, libc::MS_REC | libc::MS_PRIVATE, std::ptr::null());
            }
            libc::chdir(root.as_ptr());
            if self.who.chroot {
                libc::chroot(c"d0".as_ptr());
            }
            if self.who.user != 0 {
                // only this thread: glibc would change them all
                let user = self.who.user;
                libc::syscall(libc::SYS_setgroups, 0, 0);
                libc::syscall(libc::SYS_setresgid, user, user, user);
                libc::syscall(libc::SYS_setresuid, user, user, user);
            }
        }
    }

    /// Draws a call and performs it.
    pub fn step(&mut self) {
        let mut at = self.dice.below(self.weight as usize) as u32;
        let drawn = self.calls.iter().find(|(call, _)| {
            let here = at < call.weight;
            at = at.saturating_sub(call.weight);
            here
        });
        let Some(&(drawn, number)) = drawn else { return };
        match drawn.way {
            Way::Exec => self.exec(number, drawn.name == "execveat"),
            Way::Fork => self.fork(number),
            Way::Plain | Way::Opens | Way::Apart => {
                let args = self.arguments(drawn.args);
                let result = self.perform(number, args);
                if drawn.way == Way::Opens || drawn.name == "socket" {
                    self.keep(result);
                }
            }
        }
        if self.dice.one_in(20) {
            // back home, or the names would soon mean nothing
            let home = self.memory.put(&self.root);
            let chdir = if self.who.compat { 12 } else { libc::SYS_chdir as u32 };
            self.perform(chdir, [home, 0, 0, 0, 0, 0]);
        }
    }

    fn perform(&self, number: u32, args: [usize; 6]) -> i64 {
        call(self.who.compat, number, args)
    }

    fn keep(&mut self, fd: i64) {
        if fd < 0 {
            return;
        }
        self.fds.push(fd as i32);
        if self.fds.len() > FDS {
            let old = self.fds.remove(self.dice.below(FDS));
            // SAFETY: a descriptor of ours.
            unsafe { libc::close(old) };
        }
    }

    fn fd(&mut self) -> usize {
        match self.dice.below(10) {
            0 => *self.dice.pick(&[-1i32, 99, 1_000_000, i32::MIN]) as usize,
            _ if self.fds.is_empty() => 98,
            _ => *self.dice.pick(&self.fds) as usize,
        }
    }

    fn arguments(&mut self, kinds: &[A]) -> [usize; 6] {
        let mut args = [0; 6];
        let mut at = 0;
        for kind in kinds {
            let [value, length] = self.argument(*kind);
            for value in [value].into_iter().chain(matches!(kind, A::Addr).then_some(length)) {
                if let Some(to) = args.get_mut(at) {
                    *to = value;
                }
                at += 1;
            }
        }
        args
    }

    /// The value; of an address its length as well.
    fn argument(&mut self, kind: A) -> [usize; 2] {
        let value = match kind {
            A::Name => self.name(),
            A::At if self.dice.one_in(3) => self.fd(),
            A::At => libc::AT_FDCWD as usize,
            A::Fd => self.fd(),
            A::One(of) => *self.dice.pick(of) as usize,
            A::Any(of) => (*self.dice.pick(of) | if self.dice.one_in(6) { *self.dice.pick(of) } else { 0 }) as usize,
            A::Mode => *self.dice.pick(&[0o644, 0o755, 0o600, 0o777, 0, 0o6755, 0o1777, 0o170_000]),
            A::Id => *self.dice.pick(&[0u32, 1000, 1001, 65_534, u32::MAX, 4_000_000_000]) as usize,
            A::Below(end) => self.dice.below(end as usize),
            A::Room if self.dice.one_in(30) => 8,
            A::Room => self.memory.room(),
            A::Len => *self.dice.pick(&[0, 1, 10, 255, 4096]),
            A::Text(of) => {
                let text = *self.dice.pick(of);
                self.memory.put(text.as_bytes())
            }
            A::Addr => {
                let address = sockets::address(&mut self.dice, &self.root);
                let len = sockets::length(&mut self.dice, address.len());
                let at = if self.dice.one_in(20) { *self.dice.pick(&[0, 8]) } else { self.memory.put(&address) };
                return [at, len];
            }
            A::How => {
                let flags: u64 = *self.dice.pick(&[0o4000, 0o4100, 0o4300, 0o10_004_000, u64::MAX]);
                let resolve: u64 = *self.dice.pick(&[0, 0, 1, 4, 8, 16, 64]);
                let mode = if flags & 0o100 != 0 { 0o640 } else { 0 };
                self.memory.put(&[flags, mode, resolve].map(u64::to_ne_bytes).concat())
            }
            A::Message => {
                let address = sockets::address(&mut self.dice, &self.root);
                let at = self.memory.put(&address);
                let header = if self.who.compat {
                    [at as u32, address.len() as u32, 0, 0, 0, 0, 0].map(u32::to_ne_bytes).concat()
                } else {
                    [at as u64, address.len() as u64, 0, 0, 0, 0, 0].map(u64::to_ne_bytes).concat()
                };
                self.memory.put(&header)
            }
            A::Junk => self.dice.next() as usize,
        };
        [value, 0]
    }

    fn name(&mut self) -> usize {
        match self.dice.below(40) {
            0 => *self.dice.pick(&[0, 8, 0xffff_f000, 0xffff_8880_0000_0000, usize::MAX]),
            1 => {
                let name = world::name(&mut self.dice, &self.root);
                self.memory.put_unended(&name)
            }
            // the name of the last call again, at the same address
            2..4 if self.last != 0 => self.last,
            _ => {
                let name = world::name(&mut self.dice, &self.root);
                self.last = self.memory.put(&name);
                self.last
            }
        }
    }

    /// Executes a program in a child of one sort or another.
    fn exec(&mut self, number: u32, at: bool) {
        let program = self.dice.pick(world::PROGRAMS).as_bytes().to_vec();
        let path = self.memory.put(&program);
        let argv = self.vector();
        let env = if self.dice.one_in(3) { 0 } else { self.pointers(&[]) };
        let args = if at {
            let flags = *self.dice.pick(&[0, 0, 0x100, 0x1000, 0x8000]);
            let from = if self.dice.one_in(3) { self.fd() } else { libc::AT_FDCWD as usize };
            [from, path, argv, env, flags, 0]
        } else {
            [path, argv, env, 0, 0, 0]
        };
        let in_thread = self.dice.one_in(6);
        // SAFETY: the child performs one call, or starts one thread that does, and ends.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                if in_thread {
                    let compat = self.who.compat;
                    let thread = std::thread::spawn(move || call(compat, number, args));
                    drop(thread.join());
                } else {
                    self.perform(number, args);
                }
                libc::_exit(0);
            }
            libc::waitpid(child, std::ptr::null_mut(), 0);
        }
    }

    /// An argument vector, or a pointer to none.
    fn vector(&mut self) -> usize {
        if self.dice.one_in(12) {
            return *self.dice.pick(&[0, 8]);
        }
        let texts: &[&[u8]] = &[b"true", b"", b"two words", b"quo\"te", b"new\nline", b"\xff\xfe", b"-x", b"a=b"];
        let mut args = Vec::new();
        for _ in 0..self.dice.below(6) {
            let text = if self.dice.one_in(15) {
                vec![b'l'; 7400 + self.dice.below(200)]
            } else {
                self.dice.pick(texts).to_vec()
            };
            args.push(self.memory.put(&text));
        }
        self.pointers(&args)
    }

    fn pointers(&mut self, to: &[usize]) -> usize {
        let all = to.iter().copied().chain([0]);
        let bytes: Vec<u8> = if self.who.compat {
            all.flat_map(|p| (p as u32).to_ne_bytes()).collect()
        } else {
            all.flat_map(|p| (p as u64).to_ne_bytes()).collect()
        };
        self.memory.put(&bytes)
    }

    fn fork(&mut self, number: u32) {
        // SAFETY: the child ends at once.
        unsafe {
            let child = self.perform(number, [0; 6]);
            if child == 0 {
                libc::_exit(0);
            }
            libc::waitpid(child as i32, std::ptr::null_mut(), 0);
        }
    }
}

/// A system call of a 64-bit or a 32-bit program.
fn call(compat: bool, number: u32, args: [usize; 6]) -> i64 {
    if compat { call_32(number, args.map(|a| a as u32)) } else { machine::syscall(number.into(), args) }
}
