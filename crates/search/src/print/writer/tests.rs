use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(writer: &Writer) -> Value {
    serde_json::from_slice(writer.bytes()).unwrap()
}

#[test]
fn members_and_values_are_separated() {
    let mut writer = Writer::default();
    writer.open();
    writer.number_member("a", 1);
    writer.object_if_any("none", |_| {});
    writer.array_if_any("none", |_| {});
    writer.object("b", |w| {
        w.array("c", |w| {
            w.text(b"x[");
            w.number(2);
            w.null();
            w.open();
            w.close();
        });
        w.object("d", |_| {});
        w.name("e");
        w.seconds(7, 5);
    });
    writer.close();
    writer.end_line();
    assert_eq!(
        writer.bytes(),
        br#"{"a":1,"b":{"c":["x[",2,null,{}],"d":{},"e":7.005}}"#.iter().chain(b"\n").copied().collect::<Vec<_>>()
    );
}

#[test]
fn what_is_not_utf_8_is_hexadecimal_or_replaced() {
    let mut writer = Writer::default();
    writer.open();
    writer.name("a");
    writer.text(b"f\xff\"");
    writer.text_member("b", b"f\xff\"");
    writer.any_name(b"\xfe\n");
    writer.null();
    writer.close();
    assert_eq!(read(&writer), json!({"a": {"hex": "66FF22"}, "b": "f\u{fffd}\"", "\u{fffd}\n": null}));
}

proptest! {
    #[test]
    fn any_text_reads_back(text: String, bytes: Vec<u8>) {
        let mut writer = Writer::default();
        writer.open();
        writer.any_name(text.as_bytes());
        writer.text(text.as_bytes());
        writer.name("b");
        writer.text(&bytes);
        writer.name("c");
        writer.lossy(&bytes);
        writer.close();
        let value = read(&writer);
        if text != "b" && text != "c" {
            prop_assert_eq!(value.get(&text).unwrap(), &json!(text));
        }
        let lossy = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(value["c"].as_str().unwrap(), lossy.as_ref());
        match str::from_utf8(&bytes) {
            Ok(text) => prop_assert_eq!(&value["b"], &json!(text)),
            Err(_) => {
                let hex = value["b"]["hex"].as_str().unwrap();
                prop_assert_eq!(raudit_record::text::decode_hex(hex.as_bytes()).unwrap(), bytes);
            }
        }
    }
}
