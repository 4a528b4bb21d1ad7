use super::*;
use crate::text::push_untrusted;
use proptest::prelude::*;

fn field() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: [&str; 14] = [
        "auid",
        "uid",
        "ouid",
        "obj_uid",
        "gid",
        "inode_gid",
        "id",
        "old-auid",
        "pid",
        "exe",
        "name",
        "saddr",
        "arch",
        "syscall",
    ];
    let value = prop_oneof![
        any::<u32>().prop_map(|n| n.to_string().into_bytes()),
        // often the same as before
        proptest::sample::select(&["0", "1000", "102", "c000003e", "40000003"][..]).prop_map(Into::into),
        Just(b"(null)".to_vec()),
        "[a-z=\"]{0,9}|uid=0|a b".prop_map(|text: String| {
            let mut value = Vec::new();
            push_untrusted(&mut value, text.as_bytes());
            value
        }),
    ];
    (proptest::sample::select(&NAMES[..]), value).prop_map(|(name, value)| [name.as_bytes(), b"=", &value].concat())
}

fn names() -> Names {
    Names::fixed([(0, "root"), (1000, "a b")], [(0, "root"), (42, "shadow")])
}

/// Each field looked at by itself, in any record.
fn plainly(kind: Kind, text: &[u8]) -> Vec<u8> {
    let (mut enricher, mut machine) = (Enricher::new(names()), 0);
    for field in Fields::new(text) {
        if let Some(identity) = Identity::of(kind, field.name) {
            enricher.push(identity, field, &mut machine, text, usize::MAX);
        }
    }
    enricher.buffer
}

proptest! {
    /// Whatever came before: an enricher remembers.
    #[test]
    fn records_of_the_kernel_are_read_as_any_others(
        records in proptest::collection::vec((proptest::collection::vec(field(), 0..9), 1300_u32..1303), 0..20),
    ) {
        let mut enricher = Enricher::new(names());
        for (fields, kind) in records {
            let (body, kind) = (fields.join(&b' '), Kind(kind));
            let mut out = body.clone();
            enricher.append(kind, 0, usize::MAX, &mut out);
            prop_assert_eq!(out[body.len()..].to_vec(), plainly(kind, &body));
        }
    }

    #[test]
    fn a_line_that_is_full_loses_whole_translations(
        records in proptest::collection::vec((proptest::collection::vec(field(), 0..9), 0_usize..99), 0..9),
    ) {
        let mut enricher = Enricher::new(names());
        for (fields, room) in records {
            let body = fields.join(&b' ');
            let (mut out, mut fresh) = (body.clone(), body.clone());
            enricher.append(Kind::SYSCALL, 0, body.len() + room, &mut out);
            Enricher::new(names()).append(Kind::SYSCALL, 0, body.len() + room, &mut fresh);
            prop_assert!(out.len() == body.len() || out.len() < body.len() + room);
            prop_assert_eq!(out, fresh);
        }
    }

    #[test]
    fn any_bytes_can_be_enriched(body: Vec<u8>, kind in 1000_u32..1500) {
        let mut out = body.clone();
        Enricher::new(names()).append(Kind(kind), 0, usize::MAX, &mut out);
        prop_assert!(out.starts_with(&body));
    }
}
