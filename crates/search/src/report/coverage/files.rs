//! The path items of an event: PATH records, and the working directory.

use crate::event::Event;
use raudit_record::text::untrusted;
use raudit_record::{Fields, Kind};
use std::borrow::Cow;

/// The path items that the records tell of.
#[derive(Debug, Default)]
pub(super) struct Files<'a> {
    /// In the order of the log, which is the call's.
    pub(super) items: Vec<Item<'a>>,
    /// Whether all are there.
    pub(super) is_whole: bool,
}

/// A path item. `None`: not told.
#[derive(Debug, Default)]
pub(super) struct Item<'a> {
    /// Its name from the root on, without `.`, `..` and repeated slashes, as far as the records tell; symbolic links stay.
    pub(super) path: Option<Vec<u8>>,
    /// The last part of its name.
    pub(super) last: Option<Vec<u8>>,
    /// The inode's number.
    pub(super) inode: Option<u32>,
    /// Major and minor number of the device it is on, and of the one that it is.
    pub(super) devices: [Option<(u32, u32)>; 2],
    /// Kind and permissions.
    pub(super) mode: Option<u32>,
    /// The owner.
    pub(super) uid: Option<u32>,
    /// The group.
    pub(super) gid: Option<u32>,
    /// The label.
    pub(super) label: Option<&'a [u8]>,
}

impl<'a> Files<'a> {
    /// The items of an event whose call had so many; the place that names are relative to may be another than the working directory.
    pub(super) fn of(event: &'a Event, number: usize, relative_to_other: bool) -> Self {
        let found = event.records().find(|record| record.kind == Kind::CWD);
        let directory = found.and_then(|record| Fields::find(record.text(), b"cwd"));
        let directory = directory.map(|field| untrusted(field.value)).filter(|path| path.starts_with(b"/"));
        let base = directory.as_deref().filter(|_| !relative_to_other);
        let paths = event.records().filter(|record| record.kind == Kind::PATH);
        let items: Vec<Item<'_>> = paths.map(|record| Item::of(record.text(), base)).collect();
        let is_whole = items.len() >= number;
        Self { items, is_whole }
    }
}

impl<'a> Item<'a> {
    fn of(text: &'a [u8], base: Option<&[u8]>) -> Self {
        let mut item = Self::default();
        for field in Fields::new(text) {
            let number = |base| u32::from_str_radix(str::from_utf8(field.value).ok()?, base).ok();
            match field.name {
                b"name" if field.value != b"(null)" => item.name(&untrusted(field.value), base),
                // rules have the lower half of the number
                b"inode" => item.inode = field.number().map(|number| number as u32),
                b"dev" => item.devices[0] = device(field.value),
                b"rdev" => item.devices[1] = device(field.value),
                b"mode" => item.mode = number(8),
                b"ouid" => item.uid = number(10),
                b"ogid" => item.gid = number(10),
                b"obj" => item.label = Some(field.value),
                _ => {}
            }
        }
        item
    }

    fn name(&mut self, name: &[u8], base: Option<&[u8]>) {
        let last = |path: &[u8]| path.rsplit(|&byte| byte == b'/').find(|part| !part.is_empty()).map(<[u8]>::to_vec);
        let whole: Option<Cow<'_, [u8]>> = match (name.starts_with(b"/"), base) {
            (true, _) => Some(Cow::Borrowed(name)),
            (false, Some(base)) => Some(Cow::Owned([base, b"/", name].concat())),
            (false, None) => None,
        };
        self.path = whole.map(|whole| plain(&whole));
        self.last = self.path.as_deref().map_or_else(|| last(name), last);
    }
}

/// `fe:00`, hexadecimal.
fn device(value: &[u8]) -> Option<(u32, u32)> {
    let (major, minor) = str::from_utf8(value).ok()?.split_once(':')?;
    Some((u32::from_str_radix(major, 16).ok()?, u32::from_str_radix(minor, 16).ok()?))
}

/// A path from the root on, without what does not matter: `/etc/passwd` for `/etc//./x/../passwd`.
pub(super) fn plain(path: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(path.len());
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => plain.truncate(plain.iter().rposition(|&byte| byte == b'/').unwrap_or(0)),
            part => {
                plain.push(b'/');
                plain.extend_from_slice(part);
            }
        }
    }
    if plain.is_empty() { b"/".to_vec() } else { plain }
}
