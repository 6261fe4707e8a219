use super::*;
use crate::language::Language;
use crate::messages::Texts;

struct Answers {
    answers: Vec<&'static str>,
    questions: Vec<String>,
    available: bool,
}

impl Answers {
    fn new(answers: &[&'static str]) -> Self {
        Self {
            answers: answers.to_vec(),
            questions: Vec::new(),
            available: true,
        }
    }
}

impl Prompt for Answers {
    fn available(&self) -> bool {
        self.available
    }

    fn ask(&mut self, question: &str) -> io::Result<Passphrase> {
        self.questions.push(question.to_owned());
        if self.answers.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Zeroizing::new(self.answers.remove(0).as_bytes().to_vec()))
    }
}

fn catalog(language: Language) -> Catalog {
    Catalog::new(language, Texts { en: "", zh: "" })
}

fn line(bytes: &[u8]) -> Result<Passphrase, SecretError> {
    first_line(bytes, SecretError::Prompt)
}

#[cfg(unix)]
fn file(folder: &Path, text: &[u8], mode: u32) -> PassphraseSource {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(format!("{mode:o}"));
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("ours");
    PassphraseSource {
        passphrase_file: Some(path),
        passphrase_fd: None,
    }
}

#[test]
fn the_first_line_without_its_ending() {
    for text in [&b"secret"[..], b"secret\n", b"secret\r\n", b"secret\nmore\n"] {
        assert_eq!(line(text).expect("a passphrase").as_slice(), b"secret");
    }
    assert_eq!(
        line(b" two words \n").expect("spaces belong to it").as_slice(),
        b" two words "
    );
    assert_eq!(line(b"\xff\xfe\n").expect("any bytes").as_slice(), b"\xff\xfe");
    for text in [&b""[..], b"\n", b"\r\n", b"\nsecond"] {
        assert!(matches!(line(text), Err(SecretError::Empty)), "{text:?}");
    }
}

#[test]
fn the_length_is_bounded_to_the_byte() {
    let mut text = vec![b'x'; MAX_PASSPHRASE];
    assert_eq!(line(&text).expect("just fits").len(), MAX_PASSPHRASE);
    text.extend(b"\r\n");
    assert_eq!(line(&text).expect("just fits").len(), MAX_PASSPHRASE);
    text.insert(0, b'x');
    assert!(matches!(line(&text), Err(SecretError::TooLong)));
    assert!(matches!(
        first_line(io::repeat(b'x'), SecretError::Prompt),
        Err(SecretError::TooLong)
    ));
}

#[test]
fn reading_stops_at_the_line_end() {
    struct OneByte(&'static [u8]);
    impl Read for OneByte {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (first, rest) = self.0.split_first().expect("nothing is read after the newline");
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }
    assert_eq!(
        first_line(OneByte(b"pass\n"), SecretError::Prompt)
            .expect("a line")
            .as_slice(),
        b"pass"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let en = catalog(Language::English);
    let nobody = &mut Answers::new(&[]);
    for mode in [0o600, 0o400] {
        let source = file(folder.path(), b"secret\n", mode);
        assert_eq!(
            source.existing_from(nobody, "x", &en).expect("private").as_slice(),
            b"secret"
        );
    }
    for mode in [0o640, 0o604, 0o644, 0o620, 0o610] {
        let error = file(folder.path(), b"secret\n", mode)
            .existing_from(nobody, "x", &en)
            .expect_err("open");
        assert_eq!(error.reason(), "passphrase-file-open");
        assert!(error.to_string().contains(&format!("{mode:o}")));
        assert!(!format!("{error:?} {error}").contains("secret"));
    }
    assert!(nobody.questions.is_empty(), "a bad file must not lead to a question");
}

#[cfg(unix)]
#[test]
fn a_descriptor_is_read_by_its_number() {
    use std::io::{Seek, Write};
    use std::os::fd::AsRawFd;
    let mut open = tempfile::tempfile().expect("a temporary file");
    open.write_all(b"from a descriptor\n")
        .and_then(|()| open.rewind())
        .expect("written");
    let fd = u32::try_from(open.as_raw_fd()).expect("descriptors are not negative");
    let source = PassphraseSource {
        passphrase_file: None,
        passphrase_fd: Some(fd),
    };
    let passphrase = source.existing_from(&mut Answers::new(&[]), "x", &catalog(Language::English));
    assert_eq!(passphrase.expect("readable").as_slice(), b"from a descriptor");

    let source = PassphraseSource {
        passphrase_file: None,
        passphrase_fd: Some(9_999),
    };
    let error = source.existing_from(&mut Answers::new(&[]), "x", &catalog(Language::English));
    assert_eq!(error.expect_err("not open").reason(), "file-not-found");
}

#[test]
fn an_existing_passphrase_is_asked_once_and_may_be_short() {
    let mut answers = Answers::new(&["old"]);
    let source = PassphraseSource::default();
    let passphrase = source.existing_from(&mut answers, "根密钥", &catalog(Language::SimplifiedChinese));
    assert_eq!(passphrase.expect("typed").as_slice(), b"old");
    assert_eq!(answers.questions, ["根密钥的口令："]);
}

#[test]
fn a_new_passphrase_is_asked_twice() {
    let en = catalog(Language::English);
    let new = |answers: &[&'static str]| {
        let mut answers = Answers::new(answers);
        (
            PassphraseSource::default().new_from(&mut answers, "the key", &en),
            answers.questions,
        )
    };
    let (passphrase, questions) = new(&["一二三四五六七八", "一二三四五六七八"]);
    assert_eq!(
        passphrase.expect("typed twice").as_slice(),
        "一二三四五六七八".as_bytes()
    );
    assert_eq!(
        questions,
        ["New passphrase for the key: ", "The same passphrase again: "]
    );
    assert!(matches!(new(&["12345678", "12345679"]).0, Err(SecretError::Mismatch)));
    let (short, questions) = new(&["1234567"]);
    assert!(matches!(short, Err(SecretError::TooShort)));
    assert_eq!(questions.len(), 1, "a short one is refused before it is typed again");
    assert!(
        matches!(new(&["一二三", ""]).0, Err(SecretError::TooShort)),
        "characters count, not bytes"
    );
    assert!(matches!(new(&[""]).0, Err(SecretError::Empty)));
    assert!(matches!(new(&[]).0, Err(SecretError::Prompt(_))));
}

#[cfg(unix)]
#[test]
fn a_new_passphrase_from_a_file_must_be_long_enough_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = file(folder.path(), b"short\n", 0o600);
    let error = source.new_from(&mut Answers::new(&[]), "x", &catalog(Language::English));
    assert!(matches!(error, Err(SecretError::TooShort)));
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let mut answers = Answers {
        available: false,
        ..Answers::new(&["x"])
    };
    let error = PassphraseSource::default()
        .existing_from(&mut answers, "x", &catalog(Language::English))
        .expect_err("no terminal");
    assert_eq!(error.reason(), "passphrase-no-terminal");
    assert!(answers.questions.is_empty());
    assert!(catalog(Language::SimplifiedChinese).has_attribute("error-passphrase-no-terminal", "hint"));
}

#[test]
fn the_two_arguments_exclude_each_other() {
    use clap::Args;
    let command = || PassphraseSource::augment_args(clap::Command::new("p"));
    let parse = |args: &[&str]| command().try_get_matches_from(args).map_err(|error| error.kind());
    assert_eq!(
        parse(&["p", "--passphrase-file", "a", "--passphrase-fd", "3"]).err(),
        Some(clap::error::ErrorKind::ArgumentConflict)
    );
    assert!(parse(&["p", "--passphrase-fd", "3"]).is_ok());
    assert!(parse(&["p", "--passphrase-fd=-1"]).is_err());
}

#[test]
fn every_reason_has_its_texts() {
    let missing = || FileError::new("p", FileAction::Read, io::ErrorKind::NotFound.into());
    let errors = [
        SecretError::Empty,
        SecretError::File(missing()),
        SecretError::Mismatch,
        SecretError::NoTerminal,
        SecretError::OpenToOthers {
            path: "p".into(),
            mode: 0o644,
        },
        SecretError::Prompt(io::ErrorKind::Other.into()),
        SecretError::TooLong,
        SecretError::TooShort,
    ];
    for language in [Language::English, Language::SimplifiedChinese] {
        let catalog = catalog(language);
        for error in &errors {
            assert!(catalog.has(&format!("error-{}", error.reason())), "{}", error.reason());
            let failure = crate::Failure::new(error, &catalog);
            assert!(!failure.message.contains('{'), "{}", failure.message);
        }
    }
}
