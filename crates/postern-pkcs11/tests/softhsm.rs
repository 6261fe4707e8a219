//! The crate against SoftHSM 2: each test is a process with a token directory of its own.

#[path = "common/mod.rs"]
mod common;
#[path = "objects/mod.rs"]
mod objects;

use std::process::ExitCode;

use common::{PIN, again, make_token, module, pin, session, sessions, softhsm, token, uri};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use objects::{claims, import, import_public, pair};
use postern_core::code::{self, ParsedCode};
use postern_core::keys::{PrivateKey, Signer};
use postern_pkcs11::{KeyUri, MODULE_ENV, PinState, Token, TokenError};
use zeroize::Zeroizing;

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("a_code_minted_on_a_token_verifies", a_code_minted_on_a_token_verifies),
    ("a_key_is_made_and_signs", a_key_is_made_and_signs),
    (
        "a_key_that_is_destroyed_signs_no_more",
        a_key_that_is_destroyed_signs_no_more,
    ),
    ("a_key_that_was_made_cannot_leave", a_key_that_was_made_cannot_leave),
    ("a_known_key_signs_as_in_software", a_known_key_signs_as_in_software),
    ("a_label_is_taken_once", a_label_is_taken_once),
    ("a_module_must_be_there", a_module_must_be_there),
    ("a_token_must_be_the_only_one", a_token_must_be_the_only_one),
    ("another_public_half_is_found_out", another_public_half_is_found_out),
    ("keys_of_other_types_are_no_keys", keys_of_other_types_are_no_keys),
    (
        "only_the_key_that_is_named_is_opened",
        only_the_key_that_is_named_is_opened,
    ),
    ("sessions_that_are_closed_are_told", sessions_that_are_closed_are_told),
    ("the_environment_names_the_module", the_environment_names_the_module),
    ("threads_share_the_sessions", threads_share_the_sessions),
    (
        "two_keys_of_one_label_are_told_apart_by_id",
        two_keys_of_one_label_are_told_apart_by_id,
    ),
    ("wrong_pins_open_nothing", wrong_pins_open_nothing),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, name] = &args[..]
        && mode == "child"
    {
        let (_, test) = TESTS.iter().find(|(known, _)| known == name).unwrap();
        test();
        return ExitCode::SUCCESS;
    }
    if softhsm().is_none() {
        eprintln!("skipped: SoftHSM 2 is not installed");
        return ExitCode::SUCCESS;
    }
    let filter = args
        .first()
        .filter(|arg| !arg.starts_with('-'))
        .map_or("", String::as_str);
    let mut failed = 0;
    for (name, _) in TESTS.iter().filter(|(name, _)| name.contains(filter)) {
        let folder = tempfile::tempdir().unwrap();
        let mut child = again(&folder, &["child", name]);
        if *name == "the_environment_names_the_module" {
            child.env(MODULE_ENV, softhsm().unwrap());
        }
        let status = child.status().unwrap();
        println!("test {name} ... {}", if status.success() { "ok" } else { "FAILED" });
        failed += usize::from(!status.success());
    }
    ExitCode::from(u8::from(failed > 0))
}

fn open(attributes: &str) -> Result<postern_pkcs11::TokenSigner, TokenError> {
    token(attributes).open(&pin(), sessions(1))
}

fn a_key_is_made_and_signs() {
    make_token(&module(), "city");
    let token = token("token=city;object=west-code");
    assert_eq!(token.open(&pin(), sessions(1)).unwrap_err(), TokenError::KeyAbsent);
    let public = token.generate(&pin()).unwrap();
    let signer = token.open(&pin(), sessions(1)).unwrap();
    assert_eq!(signer.public(), public);
    for message in [&b""[..], b"one", &[7; 5000]] {
        let signature = signer.sign(message).unwrap();
        assert_eq!(public.verify(message, &signature), Ok(()));
        assert_eq!(
            signer.sign(message),
            Ok(signature),
            "RFC 8032 signatures are deterministic"
        );
        assert!(public.verify(b"another", &signature).is_err());
    }
}

fn a_key_that_was_made_cannot_leave() {
    let module = module();
    let slot = make_token(&module, "city");
    let public = token("token=city;object=west-code").generate(&pin()).unwrap();
    let session = session(&module, slot);
    let kid = public.kid().0.to_vec();
    let find = |class| {
        let found = session
            .find_objects(&[Attribute::Class(class), Attribute::Id(kid.clone())])
            .unwrap();
        assert_eq!(found.len(), 1, "{class}");
        found[0]
    };
    let private = find(ObjectClass::PRIVATE_KEY);
    let wanted = [
        Attribute::Label(b"west-code".to_vec()),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::AlwaysSensitive(true),
        Attribute::Extractable(false),
        Attribute::NeverExtractable(true),
        Attribute::Sign(true),
        Attribute::Decrypt(false),
        Attribute::Derive(false),
        Attribute::SignRecover(false),
        Attribute::Unwrap(false),
    ];
    let kinds: Vec<AttributeType> = wanted.iter().map(Attribute::attribute_type).collect();
    assert_eq!(session.get_attributes(private, &kinds).unwrap(), wanted);
    assert_eq!(session.get_attributes(private, &[AttributeType::Value]).unwrap(), []);
    find(ObjectClass::PUBLIC_KEY);
}

fn a_code_minted_on_a_token_verifies() {
    make_token(&module(), "city");
    let token = token("token=city;object=west-code");
    let public = token.generate(&pin()).unwrap();
    let signer = token.open(&pin(), sessions(1)).unwrap();
    let claims = claims();
    let text = code::mint(&signer, public.kid(), &claims).unwrap();
    let code = ParsedCode::from_text(&text).unwrap();
    assert_eq!(code.kid, public.kid());
    assert_eq!(code.verify(&public), Ok(&claims));
    assert!(code.verify(&PrivateKey::from_seed(&[1; 32]).public()).is_err());
}

fn a_known_key_signs_as_in_software() {
    let module = module();
    let slot = make_token(&module, "city");
    let software = PrivateKey::from_seed(&[7; 32]);
    import(&session(&module, slot), "known", &software, &software);
    let signer = open("object=known").unwrap();
    assert_eq!(signer.public(), software.public());
    for length in [0, 1, 31, 32, 111, 112, 300] {
        let message = vec![length as u8; length];
        assert_eq!(signer.sign(&message), software.sign(&message), "{length} bytes");
    }
    let messages = [b"one".to_vec(), b"two".to_vec()];
    assert_eq!(signer.sign_all(&messages), software.sign_all(&messages));
}

fn another_public_half_is_found_out() {
    let module = module();
    let slot = make_token(&module, "city");
    let session = session(&module, slot);
    let [ours, other] = [[7; 32], [8; 32]].map(|seed| PrivateKey::from_seed(&seed));
    import(&session, "mixed", &ours, &other);
    assert_eq!(open("object=mixed").unwrap_err(), TokenError::PublicKeyMismatch);

    // Without its public half, and with two of them.
    let halves = [
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::Label(b"mixed".to_vec()),
    ];
    for half in session.find_objects(&halves).unwrap() {
        session.destroy_object(half).unwrap();
    }
    assert_eq!(open("object=mixed").unwrap_err(), TokenError::PublicKeyAbsent);
    import_public(&session, "mixed", b"mixed", ours.public().as_bytes());
    open("object=mixed").unwrap();
    import_public(&session, "mixed", b"mixed", ours.public().as_bytes());
    assert_eq!(open("object=mixed").unwrap_err(), TokenError::SeveralKeys);

    // One that is no point of the right order.
    import(&session, "weak", &ours, &ours);
    let halves = [
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::Label(b"weak".to_vec()),
    ];
    for half in session.find_objects(&halves).unwrap() {
        session.destroy_object(half).unwrap();
    }
    import_public(&session, "weak", b"weak", &[0; 32]);
    assert_eq!(open("object=weak").unwrap_err(), TokenError::PublicKeyInvalid);
}

fn keys_of_other_types_are_no_keys() {
    let module = module();
    let slot = make_token(&module, "city");
    let session = session(&module, slot);
    const P256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    pair(&session, "ecdsa", &Mechanism::EccKeyPairGen, P256);
    assert_eq!(open("object=ecdsa").unwrap_err(), TokenError::KeyType);
    pair(&session, "ecdsa", &Mechanism::EccKeyPairGen, P256);
    assert_eq!(open("object=ecdsa").unwrap_err(), TokenError::KeyType);
    pair(
        &session,
        "ed448",
        &Mechanism::EccEdwardsKeyPairGen,
        b"\x13\x0aedwards448",
    );
    assert_eq!(open("object=ed448").unwrap_err(), TokenError::KeyType);
    // Beside one of the right type they are not in the way.
    let known = PrivateKey::from_seed(&[7; 32]);
    import(&session, "ecdsa", &known, &known);
    assert_eq!(open("object=ecdsa").unwrap().public(), known.public());
}

fn only_the_key_that_is_named_is_opened() {
    let module = module();
    let slot = make_token(&module, "city");
    let public = token("token=city;object=west-code").generate(&pin()).unwrap();
    assert_eq!(open("object=east-code").unwrap_err(), TokenError::KeyAbsent);
    assert_eq!(open("object=west").unwrap_err(), TokenError::KeyAbsent);
    assert_eq!(open("object=west-code;id=%00").unwrap_err(), TokenError::KeyAbsent);
    let id: String = public.kid().0.iter().map(|byte| format!("%{byte:02x}")).collect();
    let serial = module.get_token_info(slot).unwrap().serial_number().to_owned();
    for attributes in [
        format!("id={id}"),
        format!("id={id};object=west-code;type=private"),
        format!("token=city;serial={serial};slot-id={};object=west-code", slot.id()),
    ] {
        assert_eq!(open(&attributes).unwrap().public(), public, "{attributes}");
    }
}

fn two_keys_of_one_label_are_told_apart_by_id() {
    let module = module();
    let slot = make_token(&module, "city");
    let first = token("object=west-code").generate(&pin()).unwrap();
    let second = PrivateKey::from_seed(&[7; 32]);
    import(&session(&module, slot), "west-code", &second, &second);
    assert_eq!(open("object=west-code").unwrap_err(), TokenError::SeveralKeys);
    let id: String = first.kid().0.iter().map(|byte| format!("%{byte:02x}")).collect();
    assert_eq!(open(&format!("object=west-code;id={id}")).unwrap().public(), first);
    assert_eq!(open("id=west-code").unwrap().public(), second.public());
}

fn a_label_is_taken_once() {
    let module = module();
    let slot = make_token(&module, "city");
    let west = token("object=west-code");
    west.generate(&pin()).unwrap();
    assert_eq!(west.generate(&pin()), Err(TokenError::LabelTaken));
    assert_eq!(token("id=a").generate(&pin()), Err(TokenError::NoLabel));
    assert_eq!(token("object=a;id=a").generate(&pin()), Err(TokenError::IdGiven));
    token("object=east-code").generate(&pin()).unwrap();
    let objects = session(&module, slot).find_objects(&[Attribute::Token(true)]).unwrap();
    assert_eq!(objects.len(), 4, "what was refused left nothing");
}

fn wrong_pins_open_nothing() {
    make_token(&module(), "city");
    let token = token("token=city;object=west-code");
    token.generate(&pin()).unwrap();
    assert_eq!(token.pin_state(), Ok(PinState::Usable));
    let wrong = TokenError::PinWrong { last_try: false };
    for bytes in ["24681358", "", "1", &"1".repeat(1000), "\u{fffd}"] {
        let error = token.open(&Zeroizing::new(bytes.into()), sessions(1)).unwrap_err();
        assert_eq!(error, wrong, "{bytes:?}");
        assert_eq!(token.generate(&Zeroizing::new(bytes.into())), Err(wrong.clone()));
    }
    let signer = token.open(&pin(), sessions(1)).unwrap();
    let shown = format!("{token:?} {signer:?} {wrong} {wrong:?}");
    assert!(!shown.contains(PIN), "{shown}");
    drop(signer);
    assert_eq!(
        token.open(&Zeroizing::new(b"0000".to_vec()), sessions(1)).unwrap_err(),
        wrong
    );
}

fn a_token_must_be_the_only_one() {
    let module = module();
    assert_eq!(Token::find(&uri("object=a")).unwrap_err(), TokenError::TokenAbsent);
    let city = make_token(&module, "city");
    Token::find(&uri("object=a")).unwrap();
    make_token(&module, "county");
    let find = |attributes: &str| Token::find(&uri(attributes)).map(|_| ());
    assert_eq!(find("object=a"), Err(TokenError::SeveralTokens));
    assert_eq!(find("token=city;object=a"), Ok(()));
    assert_eq!(find("token=cit;object=a"), Err(TokenError::TokenAbsent));
    assert_eq!(find(&format!("slot-id={};object=a", city.id())), Ok(()));
    assert_eq!(
        find(&format!("slot-id={};token=county;object=a", city.id())),
        Err(TokenError::TokenAbsent)
    );
    assert_eq!(find("serial=0;object=a"), Err(TokenError::TokenAbsent));
}

fn a_module_must_be_there() {
    let find = |uri: &str| Token::find(&uri.parse::<KeyUri>().unwrap()).map(|_| ()).unwrap_err();
    assert_eq!(find("pkcs11:object=a"), TokenError::ModuleUnnamed);
    let folder = tempfile::tempdir().unwrap();
    let no_library = folder.path().join("text.so");
    std::fs::write(&no_library, "no library").unwrap();
    for path in ["/nonexistent/module.so".into(), no_library] {
        let error = find(&format!("pkcs11:object=a?module-path={}", path.display()));
        let TokenError::ModuleNotLoaded { path: told, why } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(*told, path);
        assert!(why.contains(path.to_str().unwrap()), "{why}");
    }
}

fn the_environment_names_the_module() {
    make_token(&module(), "city");
    let uri: KeyUri = "pkcs11:token=city;object=west-code".parse().unwrap();
    let public = Token::find(&uri).unwrap().generate(&pin()).unwrap();
    assert_eq!(
        open("object=west-code").unwrap().public(),
        public,
        "one module by two paths"
    );
}

fn threads_share_the_sessions() {
    make_token(&module(), "city");
    let token = token("object=west-code");
    let public = token.generate(&pin()).unwrap();
    let other = self::token("object=east-code");
    let other_public = other.generate(&pin()).unwrap();
    let signers = [
        token.open(&pin(), sessions(2)).unwrap(),
        other.open(&pin(), sessions(1)).unwrap(),
    ];
    std::thread::scope(|scope| {
        for thread in 0..6u8 {
            let signers = &signers;
            scope.spawn(move || {
                for n in 0..40u8 {
                    let signer = &signers[usize::from(n % 2)];
                    let message = [thread, n];
                    let signature = signer.sign(&message).unwrap();
                    [public, other_public][usize::from(n % 2)]
                        .verify(&message, &signature)
                        .unwrap();
                }
            });
        }
    });
}

/// SoftHSM has no cable to pull. Ending the module and starting it again closes all sessions and logs out, as that does.
fn sessions_that_are_closed_are_told() {
    make_token(&module(), "city");
    let token = token("object=west-code");
    token.generate(&pin()).unwrap();
    let signer = token.open(&pin(), sessions(2)).unwrap();
    signer.sign(b"before").unwrap();
    module().finalize().unwrap();
    let error = signer.sign(b"meanwhile").unwrap_err();
    assert_eq!(error.0, "C_SignInit returned CKR_CRYPTOKI_NOT_INITIALIZED");
    let _module = module();
    for _ in 0..3 {
        let error = signer.sign(b"after").unwrap_err();
        assert_eq!(error.0, "C_SignInit returned CKR_SESSION_HANDLE_INVALID");
    }
    drop(signer);
    let signer = token.open(&pin(), sessions(2)).unwrap();
    signer.sign(b"opened again").unwrap();
}

fn a_key_that_is_destroyed_signs_no_more() {
    let module = module();
    let slot = make_token(&module, "city");
    let token = token("object=west-code");
    token.generate(&pin()).unwrap();
    let signer = token.open(&pin(), sessions(1)).unwrap();
    let session = session(&module, slot);
    for object in session
        .find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])
        .unwrap()
    {
        session.destroy_object(object).unwrap();
    }
    for _ in 0..3 {
        let error = signer.sign(b"after").unwrap_err();
        // CKR_OBJECT_HANDLE_INVALID in SoftHSM 2.6; the standard has CKR_KEY_HANDLE_INVALID.
        assert!(
            error.0.starts_with("C_SignInit returned CKR_") && error.0.ends_with("_HANDLE_INVALID"),
            "{error}"
        );
    }
}
