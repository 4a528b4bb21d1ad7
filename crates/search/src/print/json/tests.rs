use super::*;
use proptest::prelude::*;
use raudit_record::EventId;
use raudit_record::interpret::Escape;
use raudit_record::names::Names;
use raudit_record::text::decode_hex;
use serde_json::{Value, json};

fn json() -> Json {
    let names = Names::fixed([(0, "root"), (1000, "anna")], []);
    Json::new(Interpreter::new(names).escaping(Escape::Raw))
}

fn event(records: &[(Kind, &[u8])]) -> Event {
    let mut event = Event::default();
    event.id = EventId { sec: 1_700_000_000, milli: 7, serial: 42 };
    for (kind, line) in records {
        event.push(*kind, line);
    }
    event
}

fn written(json: &mut Json, event: &Event) -> Value {
    let (mut out, mut text) = (Writer::default(), Vec::new());
    json.event(event, &mut out, &mut text).unwrap();
    text.extend_from_slice(out.bytes());
    let (end, line) = text.split_last().unwrap();
    assert!(*end == b'\n' && !line.contains(&b'\n'));
    serde_json::from_slice(line).unwrap()
}

const HEAD: &str = "msg=audit(1700000000.007:42): ";

#[test]
fn an_event_has_its_time_and_each_field_as_it_stands_and_as_it_is_meant() {
    let line = format!(
        "type=SYSCALL {HEAD}arch=c000003e syscall=2 auid=1000 uid=0 comm=6120 key=610162\u{1d}AUID=\"otto\" UID=\"root\""
    );
    let mut event = event(&[(Kind::SYSCALL, line.as_bytes())]);
    event.node = b"db1".to_vec();
    assert_eq!(
        written(&mut json(), &event),
        json!({
            "time": "2023-11-14T22:13:20.007Z", "epoch": 1_700_000_000.007, "serial": 42, "node": "db1",
            "records": [{
                "type": "SYSCALL", "number": 1300,
                "raw": {"arch": "c000003e", "syscall": "2", "auid": "1000", "uid": "0", "comm": "6120", "key": "610162"},
                "interpreted": {"arch": "x86_64", "syscall": "open", "auid": "otto", "uid": "root", "comm": "a ", "key": ["a", "b"]},
                "enriched": {"AUID": "\"otto\"", "UID": "\"root\""},
            }],
        })
    );
}

#[test]
fn fields_of_one_name_are_a_list_and_words_are_kept() {
    let avc = format!("type=AVC {HEAD}avc:  denied  {{ read }} for  uid=1000 x=\"y\" uid=0 tail");
    let record = written(&mut json(), &event(&[(Kind::AVC, avc.as_bytes())]))["records"][0].clone();
    assert_eq!(record["raw"], json!({"uid": ["1000", "0"], "x": "\"y\""}));
    assert_eq!(record["interpreted"], json!({"uid": ["anna", "root"], "x": "\"y\""}));
    assert_eq!(record["words"], json!(["avc:  denied  { read } for", "tail"]));
}

#[test]
fn what_was_met_before_changes_nothing() {
    let bodies = [
        "uid=0 a=1",
        "uid=0 a=1 b=2",
        "uid=0 uid=1000",
        "uid=0 a=1",
        "a=1 uid=0",
        "",
        "uid=0 a=2 a=3 c=4",
        "uid=0 a=1",
    ];
    let mut used = json();
    for body in bodies {
        let line = format!("type=USER {HEAD}{body}");
        let event = event(&[(Kind::USER, line.as_bytes())]);
        assert_eq!(written(&mut used, &event), written(&mut json(), &event), "{body}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_kept() {
    let line = [b"type=PATH ", HEAD.as_bytes(), b"name=\"a\xff\" x\xfe=1 note=\xf0\x9f\x90\xa7 w\xfd"].concat();
    let record = written(&mut json(), &event(&[(Kind::PATH, &line)]))["records"][0].clone();
    assert_eq!(record["raw"], json!({"name": {"hex": "2261FF22"}, "note": "🐧"}));
    assert_eq!(record["interpreted"], json!({"name": {"hex": "61FF"}, "note": "🐧"}));
    assert_eq!(record["words"], json!([{"hex": "78FE3D31"}, {"hex": "77FD"}]));
}

#[test]
fn a_line_that_cannot_be_read_is_kept_whole_and_a_year_too_late_has_no_time() {
    let mut event = event(&[(UNKNOWN, b"type=NONSENSE msg=audit(17")]);
    event.id.sec = u64::MAX;
    let value = written(&mut json(), &event);
    assert_eq!(value["time"], Value::Null);
    assert_eq!(value["records"], json!([{"type": null, "number": null, "line": "type=NONSENSE msg=audit(17"}]));
}

#[test]
fn very_many_fields_take_no_time_that_grows_with_their_square() {
    let mut line = format!("type=USER {HEAD}").into_bytes();
    for n in 0..200_000 {
        line.extend_from_slice(format!("f{}=1 ", n % 150_000).as_bytes());
    }
    line.extend_from_slice(&b"uid=0 ".repeat(1_000));
    line.push(0x1d);
    line.extend_from_slice(&b"x=1 ".repeat(100_000));
    let raw = written(&mut json(), &event(&[(Kind::USER, &line)]))["records"][0]["raw"].clone();
    assert_eq!(raw.as_object().unwrap().len(), 150_001);
    assert_eq!([&raw["f7"], &raw["f149999"]], [&json!(["1", "1"]), &json!("1")]);
}

#[test]
fn a_large_event_is_written_in_pieces_and_whole() {
    let lines: Vec<String> =
        (0..9000).map(|n| format!("type=PATH {HEAD}item={n} name=\"/\u{e9}\" x{}=2", n % 7)).collect();
    let records: Vec<(Kind, &[u8])> = lines.iter().map(|line| (Kind::PATH, line.as_bytes())).collect();
    let value = written(&mut json(), &event(&records));
    let items = value["records"].as_array().unwrap().iter().map(|record| record["raw"]["item"].as_str().unwrap());
    assert!(items.eq((0..9000).map(|n| n.to_string())));
}

#[test]
fn what_is_remembered_of_forged_types_is_little() {
    let mut json = json();
    let value = "\u{1}".repeat(60);
    for round in 0..2000 {
        let body: String = (0..60).map(|n| format!("f{n}={value} ")).collect();
        let line = format!("type=UNKNOWN[{}] {HEAD}{body}\u{1d}{body}", 1400 + round % 250);
        written(&mut json, &event(&[(Kind(1400 + round % 250), line.as_bytes())]));
    }
    for layouts in &json.layouts {
        assert!(layouts.memory() < 2 << 20, "{}", layouts.memory());
    }
}

/// The bytes behind a string or `{"hex": ...}`.
fn bytes(value: &Value) -> Vec<u8> {
    match value.get("hex") {
        Some(hex) => decode_hex(hex.as_str().unwrap().as_bytes()).unwrap(),
        None => value.as_str().unwrap().as_bytes().to_vec(),
    }
}

/// All that a list holds, or the one value.
fn each(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        "[a-c]{1,2}".prop_map(String::into_bytes),
        Just(b"=".to_vec()),
        Just(b" ".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"msg='".to_vec()),
        Just(b"uid=0 ".to_vec()),
        Just(b"\x1d".to_vec()),
        Just(b"key=610162 ".to_vec()),
        Just(b"\xff\x80".to_vec()),
        Just("é\u{7f}\u{1}\\".into()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Strict JSON without names that stand twice, and every value there in its order.
    #[test]
    fn any_record_is_json_and_nothing_of_it_is_lost(first in hostile(), second in hostile()) {
        let mut used = json();
        for body in [&first, &second, &first] {
            let line = [b"type=PATH ", HEAD.as_bytes(), body].concat();
            let value = written(&mut used, &event(&[(Kind::PATH, &line)]));
            prop_assert_eq!(&value, &written(&mut json(), &event(&[(Kind::PATH, &line)])), "what was met before changes nothing");
            let record = &value["records"][0];
            let line = Line::parse(&line).unwrap();
            let fields: Vec<_> = Fields::new(line.body).filter(|field| str::from_utf8(field.name).is_ok()).collect();
            let raw = record["raw"].as_object().unwrap();
            prop_assert_eq!(raw.values().map(|value| each(value).len()).sum::<usize>(), fields.len());
            for (name, values) in raw {
                let found: Vec<_> = each(values).into_iter().map(bytes).collect();
                let wanted: Vec<_> = fields.iter().filter(|f| f.name == name.as_bytes()).map(|f| f.value.to_vec()).collect();
                prop_assert_eq!(found, wanted);
            }
            prop_assert_eq!(record["interpreted"].as_object().unwrap().len(), raw.len());
        }
    }
}
