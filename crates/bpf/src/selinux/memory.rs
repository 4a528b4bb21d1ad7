//! Kernel memory, read on demand by a BPF program that is only ever run by us (`bpf/memory.bpf.c`).

use crate::skel;
use libbpf_rs::{Object, ObjectBuilder, ProgramInput};

/// Bytes read at a time (`MEMORY_MAX`).
const CHUNK: usize = 256;
/// Where `struct memory` has its data.
const DATA: usize = 16;
/// No name in a policy is longer.
const TEXT_MAX: usize = 4096;

/// Something that holds kernel memory; a test's holds what it put there.
pub trait Memory {
    /// Fills `into` with what lies at an address, or `None` where nothing may be read.
    fn read(&mut self, at: u64, into: &mut [u8]) -> Option<()>;

    /// A little number of `N` bytes.
    fn bytes<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.read(at, &mut bytes)?;
        Some(bytes)
    }

    /// A 32-bit number.
    fn word(&mut self, at: u64) -> Option<u32> {
        self.bytes(at).map(u32::from_ne_bytes)
    }

    /// A pointer.
    fn pointer(&mut self, at: u64) -> Option<u64> {
        self.bytes(at).map(u64::from_ne_bytes)
    }

    /// A string, without its NUL.
    fn text(&mut self, at: u64) -> Option<Vec<u8>>;
}

/// The running kernel's.
#[derive(Debug)]
pub struct Kernel {
    object: Object,
}

impl Kernel {
    /// Loads the program; fails where the kernel lets nobody read its memory.
    pub fn open() -> libbpf_rs::Result<Self> {
        let object = ObjectBuilder::default().open_memory(skel::MEMORY_OBJECT)?.load()?;
        Ok(Self { object })
    }

    /// Runs the program: `len` bytes, or with 0 a string of up to a chunk. Gives the number of bytes read.
    fn run(&mut self, at: u64, len: usize, io: &mut [u8; DATA + CHUNK]) -> Option<usize> {
        let head = at.to_ne_bytes().into_iter().chain((len as u32).to_ne_bytes());
        io.iter_mut().zip(head).for_each(|(to, from)| *to = from);
        let program = self.object.progs_mut().next()?;
        let input = ProgramInput { context_in: Some(io), ..ProgramInput::default() };
        let refused = program.test_run(input).ok()?.return_value != 0;
        let done = i32::from_ne_bytes(*io.get(12..)?.first_chunk()?);
        if refused { None } else { usize::try_from(done).ok() }
    }
}

impl Memory for Kernel {
    fn read(&mut self, at: u64, into: &mut [u8]) -> Option<()> {
        let mut at = at;
        for part in into.chunks_mut(CHUNK) {
            let mut io = [0; DATA + CHUNK];
            self.run(at, part.len(), &mut io)?;
            part.copy_from_slice(io.get(DATA..)?.get(..part.len())?);
            at += part.len() as u64;
        }
        Some(())
    }

    fn text(&mut self, at: u64) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        while text.len() < TEXT_MAX {
            let mut io = [0; DATA + CHUNK];
            // with a NUL in the end, also where the string goes on
            let len = self.run(at + text.len() as u64, 0, &mut io)?.checked_sub(1)?;
            text.extend_from_slice(io.get(DATA..)?.get(..len)?);
            if len < CHUNK - 1 {
                return Some(text);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_own_banner() {
        let [at] = crate::offer::kernel_symbols(["linux_banner"]);
        let mut kernel = match Kernel::open() {
            Ok(kernel) if at != 0 => kernel,
            _ => return println!("SKIPPED: no BPF, or no addresses in /proc/kallsyms"),
        };
        let banner = kernel.text(at).unwrap();
        assert!(banner.starts_with(b"Linux version "), "{}", String::from_utf8_lossy(&banner));
        assert_eq!(kernel.bytes::<14>(at).as_ref(), Some(b"Linux version "));
        assert_eq!(kernel.word(at).map(u32::to_ne_bytes).as_ref(), Some(b"Linu"));
        assert_eq!(kernel.word(8), None, "nothing lies there");
        assert_eq!(kernel.text(8), None);
    }
}
