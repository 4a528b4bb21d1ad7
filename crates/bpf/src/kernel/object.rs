//! The object of BPF programs as one kernel gets it: which programs, for which functions, maps of what size, and what the programs
//! are told of the kernel.

use super::hooked::function;
use super::{COPIES, CaptureError, SCRATCH_PER_CPU, Settings, bpf, template_target};
use crate::hooks::{self, notes_refused};
use crate::offer::{Offer, Tier};
use crate::skel;
use crate::{libbpf_log, targets};
use libbpf_rs::{Object, ObjectBuilder, OpenObject, num_possible_cpus};
use nix::unistd::{SysconfVar, sysconf};

/// Loads the object. A program for records that few calls have stays out when this kernel's verifier refuses it: rules that need it
/// then cannot be installed, and others can.
pub(super) fn load(tier: Tier, offer: &Offer, settings: Settings) -> Result<Object, CaptureError> {
    let mut refused: Vec<String> = Vec::new();
    loop {
        let mut open = opened(tier, offer, settings)?;
        for mut program in open.progs_mut() {
            if refused.iter().any(|name| program.name() == name.as_str()) {
                program.set_autoload(false);
            }
        }
        libbpf_log::take();
        let error = match open.load() {
            Ok(object) => return Ok(object),
            Err(e) => e,
        };
        let log = libbpf_log::take();
        if std::env::var_os("RAUDITD_BPF_LOG").is_some() {
            eprintln!("{log}");
        }
        match libbpf_log::refused(&log).filter(|p| hooks::of_few_calls(p) && !refused.iter().any(|r| r == p)) {
            Some(program) => refused.push(program.to_owned()),
            None => {
                let why = libbpf_log::reason(&log).map(|r| format!(" (verifier: {r})")).unwrap_or_default();
                return Err(CaptureError::Bpf(format!("load the BPF programs of the {tier} tier{why}"), error));
            }
        }
    }
}

/// A tier's programs for this kernel, before it has seen them.
pub(super) fn opened(tier: Tier, offer: &Offer, settings: Settings) -> Result<OpenObject, CaptureError> {
    let mut open = ObjectBuilder::default().open_memory(bytes(offer)).map_err(bpf("open the BPF object"))?;
    size_maps(&mut open, settings)?;
    set_constants(&mut open, tier, offer)?;
    for mut program in open.progs_mut() {
        choose_program(&mut program, tier, offer).map_err(bpf("prepare the BPF programs"))?;
    }
    Ok(open)
}

/// The object that this kernel takes.
pub(super) fn bytes(offer: &Offer) -> &'static [u8] {
    if offer.old { skel::OLD_AUDIT_OBJECT } else { skel::AUDIT_OBJECT }
}

fn size_maps(open: &mut OpenObject, settings: Settings) -> Result<(), CaptureError> {
    let cpus = num_possible_cpus().map_err(bpf("count the CPUs"))? as u32;
    let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().and_then(|size| size.try_into().ok()).unwrap_or(4096);
    for mut map in open.maps_mut() {
        let size = match map.name().to_str() {
            Some("ring") => settings.ring_size,
            Some("bell") => page,
            Some("scratch" | "claims") => cpus * SCRATCH_PER_CPU,
            _ => continue,
        };
        map.set_max_entries(size).map_err(bpf("size the maps"))?;
    }
    Ok(())
}

/// The variables of the object's read-only data besides the layout markers: what differs from kernel to kernel.
fn set_constants(open: &mut OpenObject, tier: Tier, offer: &Offer) -> Result<(), CaptureError> {
    let missing = || CaptureError::Plan("no read-only data in the BPF object".into());
    let mut map = open.maps_mut().find(|m| m.name().to_string_lossy().ends_with(".rodata")).ok_or_else(missing)?;
    let data = map.initial_value_mut().ok_or_else(missing)?;
    let exe_events = tier == Tier::Fentry && offer.function("audit_mark_handle_event").is_some();
    for (at, value) in constants(offer).into_iter().chain([(skel::EXE_EVENTS, u64::from(exe_events))]) {
        data.get_mut(at..at + 8).ok_or_else(missing)?.copy_from_slice(&value.to_ne_bytes());
    }
    Ok(())
}

/// Where in the read-only data, and what.
fn constants(offer: &Offer) -> Vec<(usize, u64)> {
    let [rcu, parent] = if offer.walk_flags_renumbered { [1 << 8, 1 << 10] } else { [0x40, 0x10] };
    let mut constants = vec![
        (skel::APPARMOR, offer.apparmor),
        (skel::APPARMOR_MODES, offer.apparmor_modes),
        (skel::COPIES, if offer.preemptible { COPIES } else { 0 }),
        (skel::TRACEPOINT_COPIES, if offer.preemptible_tracepoints { COPIES } else { 0 }),
        (skel::THREAD_SIZE, offer.thread_size),
        (skel::VICTIM_ARGUMENT, targets::argument(offer, "may_delete", "dentry").unwrap_or_default() as u64),
        (skel::HANDLE_ARGUMENT, targets::argument(offer, "do_file_open_root", "open_flags").unwrap_or_default() as u64),
        (skel::OPENED_ARGUMENT, targets::argument(offer, "may_open", "path").unwrap_or_default() as u64),
        (skel::TRAILING_SLASHES, u64::from(offer.takes_trailing_slashes)),
        (skel::NOTES_EVERY_PARENT, u64::from(offer.notes_every_parent)),
        (skel::NOTES_CWD_OF_FILES, u64::from(offer.notes_cwd_of_files)),
        (skel::NOTES_REFUSED, u64::from(notes_refused(offer))),
        (skel::NAMES_DELAYED, u64::from(offer.names_delayed())),
        (skel::NAMES_IN_ORDER, u64::from(offer.names_in_order())),
        (skel::WALK_RCU, rcu),
        (skel::WALK_PARENT, parent),
        (skel::MKDIR_RETURNS_ENTRY, u64::from(offer.returns_pointer("vfs_mkdir"))),
        (skel::INODE_HASH, offer.watches.inode_hash),
        (skel::FILTER_LIST, offer.watches.filter_list),
        (skel::TREE_OPS, offer.watches.tree_ops),
        (skel::TIMEKEEPER, offer.timekeeper),
        (skel::FAILED_LOADS, u64::from(offer.notes_failed_loads)),
    ];
    constants.extend(offer.selinux.iter().flat_map(|places| &places.0).map(|&(at, value)| (skel::SELINUX + at, value)));
    for (n, function) in targets::CREATES.iter().enumerate() {
        let at = targets::entry_argument(offer, function).unwrap_or_default();
        constants.push((skel::ENTRY_ARGUMENT + n * 8, at as u64));
    }
    constants
}

/// Decides which programs this tier loads, and for which function. A hook whose function is gone stays out; the plan knows.
fn choose_program(program: &mut libbpf_rs::OpenProgramMut<'_>, tier: Tier, offer: &Offer) -> libbpf_rs::Result<()> {
    let name = program.name().to_string_lossy().into_owned();
    let section = program.section().to_string_lossy().into_owned();
    let target = function(&section);
    let found = target.map(|target| offer.target(target));
    let template = section == "fentry" || section == "fexit";
    let ours = template || hooks::all().iter().any(|h| h.tier == tier && h.program == name && (h.when)(offer));
    let target_of_template = template_target(&name, offer).filter(|_| template);
    let ours = ours && (!template || target_of_template.is_some());
    let load = ours && found.as_ref().is_none_or(Result::is_ok) && (tier == Tier::Fentry || !template);
    match found {
        Some(Ok(found)) if load && Some(found.as_str()) != target => program.set_attach_target(0, Some(found))?,
        None if load && template => {
            program.set_attach_target(0, target_of_template.map(|(name, _)| name.to_owned()))?;
        }
        _ => {}
    }
    program.set_autoload(load);
    Ok(())
}
