use proptest::prelude::*;

use super::*;

fn uri() -> KeyUri {
    KeyUri {
        token: None,
        serial: None,
        slot_id: None,
        object: Some("west-code".into()),
        id: None,
        module_path: None,
    }
}

#[test]
fn attributes_name_a_key() {
    let table = [
        ("pkcs11:object=west-code", uri()),
        ("pkcs11:type=private;object=west-code", uri()),
        ("pkcs11:object=west%2Dcode", uri()),
        (
            "pkcs11:token=city;object=west-code?module-path=/usr/lib/softhsm/libsofthsm2.so",
            KeyUri {
                token: Some("city".into()),
                module_path: Some("/usr/lib/softhsm/libsofthsm2.so".into()),
                ..uri()
            },
        ),
        (
            "pkcs11:slot-id=18446744073709551615;serial=0123;object=west-code",
            KeyUri {
                serial: Some("0123".into()),
                slot_id: Some(u64::MAX),
                ..uri()
            },
        ),
        (
            "pkcs11:id=%00%fF=a&b",
            KeyUri {
                object: None,
                id: Some(b"\x00\xff=a&b".to_vec()),
                ..uri()
            },
        ),
        (
            "pkcs11:token=%E5%9F%8E;object=west-code?module-path=/opt/a?b|c%26d.so",
            KeyUri {
                token: Some("城".into()),
                module_path: Some("/opt/a?b|c&d.so".into()),
                ..uri()
            },
        ),
    ];
    for (text, parsed) in table {
        assert_eq!(text.parse(), Ok(parsed), "{text}");
    }
}

#[test]
fn what_is_no_name_of_a_key_is_refused() {
    use UriError::*;
    let unknown = |attribute: &str| Unknown {
        attribute: attribute.into(),
    };
    let value = |attribute| Value { attribute };
    let long = |name: &str, bytes| format!("pkcs11:object=a;{name}={}", "x".repeat(bytes));
    let table = [
        ("", NotPkcs11),
        ("west.key", NotPkcs11),
        ("PKCS11:object=a", NotPkcs11),
        ("pkcs11:", Syntax { position: 7 }),
        ("pkcs11:object", Syntax { position: 7 }),
        ("pkcs11:=a", Syntax { position: 7 }),
        ("pkcs11:object=a;", Syntax { position: 16 }),
        ("pkcs11:object=a?", Syntax { position: 16 }),
        ("pkcs11:object=a;;token=b", Syntax { position: 16 }),
        ("pkcs11:object=a b", Syntax { position: 15 }),
        ("pkcs11:object=a/b", Syntax { position: 15 }),
        ("pkcs11:object=城", Syntax { position: 14 }),
        ("pkcs11:object=%", Syntax { position: 14 }),
        ("pkcs11:object=a%4", Syntax { position: 15 }),
        ("pkcs11:object=%4g", Syntax { position: 14 }),
        ("pkcs11:object=%+4", Syntax { position: 14 }),
        ("pkcs11:object=a?module-path=/x#y", Syntax { position: 30 }),
        ("pkcs11:token=city", NoKey),
        ("pkcs11:token=city;type=private", NoKey),
        ("pkcs11:object=", value("object")),
        ("pkcs11:object=%ff", value("object")),
        ("pkcs11:object=a%0A", value("object")),
        ("pkcs11:object=a%00", value("object")),
        ("pkcs11:id=", value("id")),
        ("pkcs11:object=a;slot-id=", value("slot-id")),
        ("pkcs11:object=a;slot-id=+1", value("slot-id")),
        ("pkcs11:object=a;slot-id=18446744073709551616", value("slot-id")),
        ("pkcs11:object=a;type=public", value("type")),
        ("pkcs11:object=a;type=", value("type")),
        ("pkcs11:object=a?module-path=/x%00", value("module-path")),
        ("pkcs11:object=a?module-path=", value("module-path")),
        ("pkcs11:object=a?module-path=libsofthsm2.so", ModulePathNotAbsolute),
        ("pkcs11:object=a;object=a", Twice { attribute: "object" }),
        ("pkcs11:object=a;type=private;type=private", Twice { attribute: "type" }),
        (
            "pkcs11:object=a?module-path=/x&module-path=/x",
            Twice {
                attribute: "module-path",
            },
        ),
        ("pkcs11:object=a;Token=b", unknown("Token")),
        ("pkcs11:object=a;manufacturer=b", unknown("manufacturer")),
        ("pkcs11:object=a;module-path=/x", unknown("module-path")),
        ("pkcs11:object=a?token=b", unknown("token")),
        ("pkcs11:object=a?module-name=b", unknown("module-name")),
        ("pkcs11:object=a?pin-source=/run/pin", PinSource),
        ("pkcs11:object=a?pin-value=1234", PinValue),
        ("pkcs11:object=a;pin-value=1234", PinValue),
        (&long("token", 33), value("token")),
        (&long("serial", 17), value("serial")),
        (&long("id", 256), value("id")),
        (&long("id", 2048), TooLong { bytes: 2067 }),
    ];
    for (text, error) in table {
        assert_eq!(text.parse::<KeyUri>(), Err(error), "{text}");
    }
}

#[test]
fn no_error_repeats_a_value() {
    for text in [
        "pkcs11:object=a?pin-value=24681357",
        "pkcs11:object=a?pin-valeu=24681357",
        "pkcs11:object=a?24681357",
        "pkcs11:object=a;slot-id=x24681357",
        "pkcs11:object=a?module-path=24681357",
    ] {
        let error = text.parse::<KeyUri>().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("24681357"), "{shown}");
    }
}

fn any_uri() -> impl Strategy<Value = KeyUri> {
    let label = || "\\PC{1,8}";
    (
        proptest::option::of(label()),
        proptest::option::of("[0-9A-F]{1,16}"),
        any::<Option<u64>>(),
        proptest::option::of("\\PC{1,40}"),
        proptest::collection::vec(any::<u8>(), 1..20),
        proptest::option::of("/\\PC{0,40}"),
    )
        .prop_map(|(token, serial, slot_id, object, id, module_path)| KeyUri {
            token,
            serial,
            slot_id,
            object,
            id: Some(id),
            module_path: module_path.map(PathBuf::from),
        })
}

proptest! {
    #[test]
    fn a_uri_that_was_shown_is_read_back(uri in any_uri()) {
        prop_assert_eq!(uri.to_string().parse(), Ok(uri));
    }

    #[test]
    fn no_text_makes_it_panic(
        text in "\\PC{0,60}",
        near in "pkcs11:((token|object|id|slot-id|type|x)=?[a-z0-9%;?&/=\\PC]{0,6}[;?&]?){0,5}",
    ) {
        let _ = text.parse::<KeyUri>();
        let _ = format!("{SCHEME}{text}").parse::<KeyUri>();
        if let Ok(uri) = near.parse::<KeyUri>() {
            prop_assert_eq!(uri.to_string().parse(), Ok(uri));
        }
    }
}
