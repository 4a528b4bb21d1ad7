//! A capture that outlives its rauditd: its links and what they need have names in a room of their own (`pins`), and beside them is
//! kept what a successor has to know: the rules, what each generation's events need, and how what crosses is laid out.

use super::shared::handle;
use super::{Capture, CaptureError, Clones, Hooked, Settings};
use crate::clone::Template;
use crate::judged::Judged;
use crate::kept;
use crate::pins::{Pin, PinError, Room};
use crate::ring::{JOURNAL_LEN, Ring};
use crate::skel::{POLICY_LEN, policy};
use libbpf_rs::{MapHandle, MapType, libbpf_sys as sys};
use raudit_rules::RuleSet;
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// How `about`, the rules and the generations are written.
pub(super) const FORMAT: u64 = 2;
/// What this program takes for the layout of events (build.rs).
pub(super) const LAYOUT: &str = env!("RAUDITD_EVENT_LAYOUT");

/// Maps of the object that a successor opens.
const MAPS: [&str; 4] = ["ring", "counters", "policies", "policy_active"];
/// Generations kept: events of older ones are long read (`Generations`).
const GENERATIONS: usize = 16;

/// What a capture has pinned besides its links.
#[derive(Debug)]
pub(super) struct Pinned {
    room: Arc<Room>,
    journal: MapHandle,
    maps: Vec<Pin>,
    /// Arrays of bodies have names already.
    arrays: BTreeSet<String>,
    rules: Option<Pin>,
    generations: VecDeque<Pin>,
}

impl Pinned {
    fn pin(&mut self, name: &str, what: BorrowedFd<'_>) -> Result<(), CaptureError> {
        let pin = self.room.pin(name, what).map_err(|e| failed(&self.room, name, e))?;
        self.maps.push(pin);
        Ok(())
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // what cannot be removed is told by the next rauditd
        drop(self.room.clear());
    }
}

fn failed(room: &Room, name: &str, error: io::Error) -> CaptureError {
    CaptureError::Pin(PinError::failed("pin", &room.dir().join(name), error))
}

/// The name of a link: bpffs takes no dots.
fn link_name(kind: &str, of: &str, copy: usize) -> String {
    format!("{kind}:{}:{copy}", of.replace('.', "_"))
}

/// What links' names begin with.
pub(super) const LINKS: [&str; 3] = ["call:", "operation:", "hook:"];

impl Capture {
    /// From now on what is attached is pinned in this room, as is what a successor needs.
    pub fn pin(&mut self, room: Arc<Room>, settings: Settings) -> Result<(), CaptureError> {
        let options = sys::bpf_map_create_opts {
            sz: size_of::<sys::bpf_map_create_opts>() as _,
            map_flags: sys::BPF_F_MMAPABLE,
            ..Default::default()
        };
        let journal = MapHandle::create(MapType::Array, Some("raudit_journal"), 4, JOURNAL_LEN, 1, &options)
            .map_err(super::bpf("make the journal of the ring"))?;
        let mut pinned = Pinned {
            room,
            journal,
            maps: Vec::new(),
            arrays: BTreeSet::new(),
            rules: None,
            generations: VecDeque::new(),
        };
        for name in MAPS {
            pinned.pin(name, handle(&self.object, name)?.as_fd())?;
        }
        let journal = pinned.journal.as_fd().try_clone_to_owned().map_err(|e| failed(&pinned.room, "journal", e))?;
        pinned.pin("journal", journal.as_fd())?;
        let about = kept::store("about", self.about(settings).as_bytes())?;
        pinned.pin("about", about.as_fd())?;
        self.pinned = Some(pinned);
        self.pin_attached().inspect_err(|_| self.pinned = None)
    }

    fn about(&self, settings: Settings) -> String {
        let b = self.before;
        let lost = b.lost.each().map(|(_, count)| count);
        let before: Vec<String> = [b.matched, b.submitted].into_iter().chain(lost).map(|n| n.to_string()).collect();
        format!(
            "format {FORMAT}\nlayout {LAYOUT}\nversion {}\ntier {}\npid {}\npolicy {POLICY_LEN} {} {}\nbefore {}\n",
            env!("CARGO_PKG_VERSION"),
            self.tier,
            settings.exempt,
            policy::EXEMPT,
            policy::CLOSING,
            before.join(" "),
        )
    }

    /// Pins what was attached since this was last asked for.
    pub(super) fn pin_attached(&mut self) -> Result<(), CaptureError> {
        let Some(pinned) = &mut self.pinned else { return Ok(()) };
        // without its array a clone goes on to nothing: the arrays first
        let templates = self.templates.iter().chain(&self.operation_templates).flatten().enumerate();
        templates.map(|(n, t)| (n.to_string(), t)).try_for_each(|(n, t)| pin_arrays(pinned, &n, t))?;
        self.again.iter().try_for_each(|(name, again)| pin_arrays(pinned, name, again.template()))?;
        let room = Arc::clone(&pinned.room);
        pin_clones(&room, "call", &mut self.clones)?;
        pin_clones(&room, "operation", &mut self.operations)?;
        for (name, hooked) in &mut self.hooks {
            pin_hook(&room, name, hooked)?;
        }
        Ok(())
    }

    /// Keeps the rules for a successor, which begins with them.
    pub fn remember(&mut self, rules: &RuleSet) -> Result<(), CaptureError> {
        let Some(pinned) = &mut self.pinned else { return Ok(()) };
        let map = kept::store("rules", &kept::rules(rules))?;
        let pin = pinned.room.pin("rules", map.as_fd()).map_err(|e| failed(&pinned.room, "rules", e))?;
        // the name is the new one's now
        std::mem::forget(pinned.rules.replace(pin));
        Ok(())
    }

    /// Keeps for a successor what the events of a generation need: before its policy is in use.
    pub fn remember_generation(&mut self, generation: u32, judged: &Judged) -> Result<(), CaptureError> {
        let Some(pinned) = &mut self.pinned else { return Ok(()) };
        let map = kept::store("generation", &kept::judged(judged))?;
        let name = format!("generation:{generation}");
        let pin = pinned.room.pin(&name, map.as_fd()).map_err(|e| failed(&pinned.room, &name, e))?;
        pinned.generations.push_back(pin);
        while pinned.generations.len() > GENERATIONS {
            pinned.generations.pop_front();
        }
        Ok(())
    }

    /// The ring buffer, for a [`Consumer`](crate::consumer::Consumer).
    pub fn ring(&self) -> Result<Ring, CaptureError> {
        let map = handle(&self.object, "ring")?;
        let journal = self.pinned.as_ref().map(|pinned| MapHandle::try_from(&pinned.journal)).transpose();
        Ok(Ring { map, journal: journal.map_err(super::bpf("open the journal of the ring"))? })
    }

    /// Whether it outlives this process.
    pub fn is_pinned(&self) -> bool {
        self.pinned.is_some()
    }

    /// Leaves all that is pinned to a successor, attached: for a process that is about to end or to execute another program.
    pub fn leave(self) {
        // the kernel closes the descriptors; dropping them one by one would take the names away
        std::mem::forget(self);
    }

    /// The ids of all links.
    pub(super) fn link_ids(&self) -> Vec<u32> {
        let clones = self.clones.values().chain(self.operations.values()).flatten();
        clones.map(super::Attached::id).chain(self.hooks.values().flat_map(Hooked::ids)).flatten().collect()
    }

    /// Takes away every name. Links then end with their descriptors.
    pub(super) fn unpin(&mut self) {
        drop(self.pinned.take());
    }
}

fn pin_arrays(pinned: &mut Pinned, of: &str, template: &Template) -> Result<(), CaptureError> {
    for (prototype, array) in template.arrays() {
        let name = format!("array:{of}:{prototype}");
        if pinned.arrays.insert(name.clone()) {
            pinned.pin(&name, array)?;
        }
    }
    Ok(())
}

fn pin_clones(room: &Room, kind: &str, clones: &mut Clones) -> Result<(), CaptureError> {
    for (symbol, attached) in clones {
        // of each of entry and exit as many as there are copies
        for (at, clone) in attached.iter_mut().enumerate().filter(|(_, clone)| !clone.is_pinned()) {
            let name = link_name(kind, &format!("{symbol}:{}", clone.what()), at);
            clone.pin(room, &name).map_err(|e| failed(room, &name, e))?;
        }
    }
    Ok(())
}

fn pin_hook(room: &Room, name: &str, hooked: &mut Hooked) -> Result<(), CaptureError> {
    let pin_clone = |clone: &mut super::Attached, copy| {
        let name = link_name("hook", name, copy);
        if clone.is_pinned() { Ok(()) } else { clone.pin(room, &name).map_err(|e| failed(room, &name, e)) }
    };
    match hooked {
        Hooked::Clone(clone) => pin_clone(clone, 0),
        Hooked::Link { link, pin, copies } => {
            if pin.is_none() {
                let name = link_name("hook", name, 0);
                *pin = Some(room.pin(&name, link.as_fd()).map_err(|e| failed(room, &name, e))?);
            }
            copies.iter_mut().zip(1..).try_for_each(|(clone, copy)| pin_clone(clone, copy))
        }
    }
}
