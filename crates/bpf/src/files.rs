//! What the kernel knows of a file and the event does not carry: capabilities, and the ELF interpreter a program names.
//!
//! Looked up by name, believed only when device, inode number and change time agree with the event's; remembered under
//! these three, which change whenever the file or its attributes do.

use crate::clock::clock_offset;
use crate::render::{FileCaps, Lookup};
use crate::selinux::Labels;
use crate::wire::{Event, Item, section};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::statfs::{TMPFS_MAGIC, fstatfs};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;
use xattr::FileExt;

/// Entries of each cache; when full it starts anew, so that a walk over a whole disk cannot grow it.
const CACHE_MAX: usize = 8192;
/// `PATH_MAX`: an interpreter's name is no longer.
const INTERPRETER_MAX: u64 = 4096;
const PT_INTERP: u32 = 3;

type Inode = (u32, u64, (i64, u32));

/// Whether a file in memory keeps its change time when its attributes change (5.10; no longer Debian 12's 6.1):
/// then that time does not tell which capabilities it had. Where that cannot be tried it is taken for granted.
static UNTIMED: LazyLock<bool> = LazyLock::new(|| keeps_time_when_changed().unwrap_or(true));

fn keeps_time_when_changed() -> std::io::Result<bool> {
    /// A clock tick, and some more.
    const TICK: Duration = Duration::from_millis(15);
    let file = File::from(memfd_create(c"raudit-trial", MFdFlags::MFD_CLOEXEC)?);
    let time = |file: &File| file.metadata().map(|m| (m.ctime(), m.ctime_nsec()));
    let before = time(&file)?;
    std::thread::sleep(TICK);
    match file.set_xattr("trusted.raudit-trial", b"x") {
        // then they have no capabilities either
        Err(e) if e.raw_os_error() == Some(libc::EOPNOTSUPP) => return Ok(false),
        other => other?,
    }
    Ok(time(&file)? == before)
}

/// The caches.
#[derive(Debug, Default)]
pub struct Files {
    capabilities: HashMap<Inode, FileCaps>,
    interpreters: HashMap<Inode, Vec<u8>>,
    labels: Labels,
}

impl Lookup for Files {
    fn capabilities(&mut self, event: &Event<'_>, item: &Item<'_>, name: &[u8]) -> Option<FileCaps> {
        let found = remembered(&mut self.capabilities, event, item, name, |file| {
            if *UNTIMED && fstatfs(&*file).is_ok_and(|f| f.filesystem_type() == TMPFS_MAGIC) {
                return None;
            }
            match file.get_xattr("security.capability") {
                Ok(Some(value)) => parse_capabilities(&value),
                Ok(None) => Some(FileCaps::default()),
                Err(e) if e.raw_os_error() == Some(libc::EOPNOTSUPP) => Some(FileCaps::default()),
                Err(_) => None,
            }
        })?;
        // given within a clock tick of the event they may be younger than it, with the same change time
        (found == FileCaps::default() || !is_fresh(event, item)).then_some(found)
    }

    fn interpreter(&mut self, event: &Event<'_>, item: &Item<'_>) -> Option<Vec<u8>> {
        remembered(&mut self.interpreters, event, item, item.name, elf_interpreter)
    }

    fn label(&mut self, event: &Event<'_>, sid: u32, out: &mut Vec<u8>) -> bool {
        self.labels.push(sid, event.policy_sequence(), out)
    }
}

fn remembered<T: Clone>(
    cache: &mut HashMap<Inode, T>,
    event: &Event<'_>,
    item: &Item<'_>,
    name: &[u8],
    find: impl FnOnce(&mut File) -> Option<T>,
) -> Option<T> {
    let inode = (item.dev, item.ino, item.ctime);
    if let Some(known) = cache.get(&inode) {
        return Some(known.clone());
    }
    let found = find(&mut open_same(event, item, name)?)?;
    if cache.len() >= CACHE_MAX {
        cache.clear();
    }
    cache.insert(inode, found.clone());
    Some(found)
}

/// Opens the file by the name the task used, and returns it only if it is the very inode of the event.
fn open_same(event: &Event<'_>, item: &Item<'_>, name: &[u8]) -> Option<File> {
    let pid = event.fact(crate::fact::PID);
    let of = |kind| event.section(kind).map(|s| PathBuf::from(OsStr::from_bytes(&crate::render::assemble(&s))));
    let mut path = of(section::CWD).unwrap_or_default().join(OsStr::from_bytes(name));
    // what is the task's own in /proc would be ours
    if let Ok(own) = path.strip_prefix("/proc/self").or_else(|_| path.strip_prefix("/proc/thread-self")) {
        path = PathBuf::from(format!("/proc/{pid}")).join(own);
    }
    let elsewhere = PathBuf::from(format!("/proc/{pid}/root")).join(path.strip_prefix("/").unwrap_or(&path));
    // /proc/self/exe is gone with its task
    let executable = std::iter::once_with(|| of(section::EXE)).flatten();
    [path, elsewhere].into_iter().chain(executable).filter(|p| p.is_absolute()).find_map(|path| {
        let meta = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
        let file = same(&meta, item).then(|| File::open(&path).ok())??;
        same(&file.metadata().ok()?, item).then_some(file)
    })
}

/// Whether the file was changed less than a clock tick before the event (HZ is at least 100).
fn is_fresh(event: &Event<'_>, item: &Item<'_>) -> bool {
    const TICK: i128 = 10_000_000;
    let changed = i128::from(item.ctime.0) * 1_000_000_000 + i128::from(item.ctime.1);
    i128::from(event.time) + clock_offset() - changed < TICK
}

fn same(meta: &std::fs::Metadata, item: &Item<'_>) -> bool {
    let dev = (libc::major(meta.dev()) << 20) | libc::minor(meta.dev());
    dev == item.dev && meta.ino() == item.ino && (meta.ctime(), meta.ctime_nsec() as u32) == item.ctime
}

/// `struct vfs_cap_data` and `vfs_ns_cap_data` (linux/capability.h), little endian.
fn parse_capabilities(value: &[u8]) -> Option<FileCaps> {
    let word = |at: usize| value.get(at * 4..)?.first_chunk().map(|b| u64::from(u32::from_le_bytes(*b)));
    let magic = word(0)?;
    let version = (magic >> 24) as u32;
    let high = |at| if version >= 2 { word(at) } else { Some(0) };
    // capabilities for the root of another user namespace are none to the kernel (get_vfs_caps_from_disk, security/commoncap.c)
    if version >= 3 && word(5)? != 0 {
        return Some(FileCaps::default());
    }
    Some(FileCaps {
        permitted: word(1)? | high(3)? << 32,
        inheritable: word(2)? | high(4)? << 32,
        effective: magic & 1 != 0,
        version,
        rootid: 0,
    })
}

/// The `PT_INTERP` string of an ELF file of either class, in this machine's byte order.
fn elf_interpreter(file: &mut File) -> Option<Vec<u8>> {
    let mut header = [0; 64];
    file.read_exact(&mut header).ok()?;
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    let wide = header.get(4) == Some(&2);
    let (table, size, count) = if wide {
        (number(&header, 32, 8)?, number(&header, 54, 2)?, number(&header, 56, 2)?)
    } else {
        (number(&header, 28, 4)?, number(&header, 42, 2)?, number(&header, 44, 2)?)
    };
    let mut program = vec![0; usize::try_from(size).ok().filter(|s| (32..=256).contains(s))?];
    for at in 0..count.min(512) {
        file.seek(SeekFrom::Start(table.checked_add(at * size)?)).ok()?;
        file.read_exact(&mut program).ok()?;
        if number(&program, 0, 4)? as u32 != PT_INTERP {
            continue;
        }
        let (offset, len) = if wide {
            (number(&program, 8, 8)?, number(&program, 32, 8)?)
        } else {
            (number(&program, 4, 4)?, number(&program, 16, 4)?)
        };
        let mut name = Vec::new();
        file.seek(SeekFrom::Start(offset)).ok()?;
        file.take(len.min(INTERPRETER_MAX)).read_to_end(&mut name).ok()?;
        name.truncate(name.iter().position(|&b| b == 0)?);
        return Some(name);
    }
    None
}

fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let mut wide = [0; 8];
    wide.get_mut(..len)?.copy_from_slice(bytes.get(at..at + len)?);
    Some(u64::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_the_capabilities_of_an_open_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let value = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        if let Err(e) = xattr::set(file.path(), "security.capability", &value) {
            return println!("SKIPPED: cannot give a file capabilities here: {e}");
        }
        let found = file.as_file_mut().get_xattr("security.capability").unwrap().unwrap();
        assert_eq!(parse_capabilities(&found).unwrap().permitted, 0x2000);
    }

    #[test]
    fn finds_the_interpreter_of_a_program() {
        let mut file = File::open("/proc/self/exe").unwrap();
        let name = String::from_utf8(elf_interpreter(&mut file).unwrap()).unwrap();
        assert!(name.starts_with("/lib") && name.contains("ld-linux"), "{name}");
        assert_eq!(elf_interpreter(&mut File::open("/etc/passwd").unwrap()), None);
    }

    #[test]
    fn reads_capabilities_of_both_lengths() {
        let mut value = vec![1, 0, 0, 2];
        value.extend([0, 0x20, 0, 0].iter().chain(&[0; 4]).chain(&[1, 0, 0, 0]).chain(&[0; 4]));
        let caps = parse_capabilities(&value).unwrap();
        assert_eq!(caps, FileCaps { permitted: 0x1_0000_2000, effective: true, version: 2, ..FileCaps::default() });
        assert_eq!(parse_capabilities(&value[..7]), None);
        let third = |root: u32| [[&[1, 0, 0, 3], &value[4..]].concat(), root.to_le_bytes().to_vec()].concat();
        assert_eq!(parse_capabilities(&third(0)).unwrap(), FileCaps { version: 3, ..caps });
        assert_eq!(parse_capabilities(&third(100_000)).unwrap(), FileCaps::default());
    }
}
