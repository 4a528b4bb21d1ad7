//! What a capture keeps for its successor, as bytes in a map of the kernel: rules as they are sent to the kernel, the keys and
//! exclusions of each generation, and a few words about itself.

use crate::judged::Judged;
use crate::kernel::CaptureError;
use crate::kernel::shared::Shared;
use libbpf_rs::{MapHandle, MapType, libbpf_sys as sys};
use raudit_rules::{Rule, RuleSet};

/// The map's entries have this size.
const ENTRY: usize = 4096;
/// In place of a length: there is none.
const NONE: u32 = u32::MAX;

/// A map that holds these bytes.
pub(crate) fn store(name: &str, bytes: &[u8]) -> Result<MapHandle, CaptureError> {
    let failed = |e: String| CaptureError::Plan(format!("cannot keep the {name} for a successor: {e}"));
    let options = sys::bpf_map_create_opts {
        sz: size_of::<sys::bpf_map_create_opts>() as _,
        map_flags: sys::BPF_F_MMAPABLE,
        ..Default::default()
    };
    let entries = (bytes.len() + 8).div_ceil(ENTRY) as u32;
    let kernels = format!("raudit_{name}").chars().take(15).collect::<String>();
    let map = MapHandle::create(MapType::Array, Some(&kernels), 4, ENTRY as u32, entries, &options)
        .map_err(|e| failed(e.to_string()))?;
    let mut memory = Shared::of(&map).map_err(|e| failed(e.to_string()))?;
    memory.write(8, bytes);
    memory.store64(0, bytes.len() as u64);
    Ok(map)
}

/// The bytes that a map holds, when it is such a map.
pub(crate) fn load(map: &MapHandle) -> Option<Vec<u8>> {
    use libbpf_rs::MapCore;
    if (map.map_type(), map.value_size() as usize) != (MapType::Array, ENTRY) {
        return None;
    }
    let memory = Shared::of(map).ok()?;
    let len = usize::try_from(memory.load64(0)).ok()?;
    (len <= memory.len() - 8).then(|| memory.read(8, len))
}

/// Rules, in their order.
pub(crate) fn rules(rules: &RuleSet) -> Vec<u8> {
    let mut out = Vec::new();
    push_rules(rules, &mut out);
    out
}

fn push_rules(rules: &RuleSet, out: &mut Vec<u8>) {
    out.extend((rules.len() as u32).to_ne_bytes());
    for rule in rules.iter() {
        let wire = rule.to_wire(false);
        out.extend((wire.len() as u32).to_ne_bytes());
        out.extend(wire);
    }
}

/// The rules that these bytes hold.
pub(crate) fn read_rules(mut bytes: &[u8]) -> Option<RuleSet> {
    take_rules(&mut bytes).filter(|_| bytes.is_empty())
}

fn take_rules(bytes: &mut &[u8]) -> Option<RuleSet> {
    let count = take_word(bytes)?;
    let rule = |bytes: &mut &[u8]| {
        let len = take_word(bytes)?;
        Some(Rule::from_wire(take(bytes, len)?).ok()?.0)
    };
    let rules: Option<Vec<Rule>> = (0..count).map(|_| rule(bytes)).collect();
    Some(RuleSet::listed(rules?))
}

/// What is known of a generation.
pub(crate) fn judged(judged: &Judged) -> Vec<u8> {
    let (keys, exclude) = judged.parts();
    let mut out = (keys.len() as u32).to_ne_bytes().to_vec();
    for key in keys {
        out.extend(key.as_ref().map_or(NONE, |key| key.len() as u32).to_ne_bytes());
        out.extend(key.iter().flatten());
    }
    match exclude {
        Some(rules) => push_rules(rules, &mut out),
        None => out.extend(0u32.to_ne_bytes()),
    }
    out
}

/// The generation that these bytes tell of.
pub(crate) fn read_judged(mut bytes: &[u8]) -> Option<Judged> {
    let bytes = &mut bytes;
    let count = take_word(bytes)?;
    let key = |bytes: &mut &[u8]| match take_word(bytes)? {
        NONE => Some(None),
        len => Some(Some(take(bytes, len)?.to_vec())),
    };
    let keys: Option<Vec<_>> = (0..count).map(|_| key(bytes)).collect();
    let exclude = take_rules(bytes)?;
    let exclude = (!exclude.is_empty()).then_some(exclude);
    Some(Judged::from_parts(keys?, exclude)).filter(|_| bytes.is_empty())
}

fn take_word(bytes: &mut &[u8]) -> Option<u32> {
    let (word, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_ne_bytes(*word))
}

fn take<'a>(bytes: &mut &'a [u8], len: u32) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(len as usize)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_rules::command::{self, Context, Step};

    fn rule(line: &str) -> Rule {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        match command::parse(&words, Context::default()).steps.unwrap().remove(0) {
            Step::Add(rule, _) => rule,
            step => panic!("{line}: {step:?}"),
        }
    }

    fn set() -> RuleSet {
        let mut rules = RuleSet::new();
        for line in [
            "-a always,exit -F arch=b64 -S openat,getppid -F auid>=1000 -F key=one",
            "-w /etc/passwd -p wa -k two",
            "-a never,exclude -F msgtype=CWD",
            "-a always,exit -F arch=b32 -S all -F exe=/bin/true",
        ] {
            rules.add(rule(line), false).unwrap();
        }
        rules
    }

    #[test]
    fn rules_and_generations_come_back_as_they_were() {
        let bytes = rules(&set());
        assert!(read_rules(&bytes).unwrap().is_same(&set()));
        // as they are listed
        let exclude = RuleSet::listed(set().iter().cloned());
        let kept = Judged::from_parts(vec![Some(b"one".to_vec()), None, Some(Vec::new())], Some(exclude));
        let back = read_judged(&judged(&kept)).unwrap();
        assert_eq!(format!("{back:?}"), format!("{kept:?}"));
    }

    #[test]
    fn bytes_that_are_cut_short_or_too_many_are_refused() {
        let all = rules(&set());
        assert!((0..all.len()).all(|len| read_rules(&all[..len]).is_none()));
        assert!(read_rules(&[&all[..], b"x"].concat()).is_none());
        let all = judged(&Judged::from_parts(vec![Some(b"one".to_vec()), None], None));
        assert!((0..all.len()).all(|len| read_judged(&all[..len]).is_none()));
        assert!(read_judged(&[&all[..], b"x"].concat()).is_none());
        assert!(read_judged(&[0xff; 64]).is_none());
    }
}
