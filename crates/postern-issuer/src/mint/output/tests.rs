use postern_cards::{Font, Paper};
use postern_core::text::Names;

use super::*;

fn made_up(n: u64) -> Entry {
    Entry {
        counter: n,
        id: format!("P-{n:04}"),
        content: [0; 16],
        index: n as u32,
        issued: Time::saturating(1_795_419_000),
        expires: Time::saturating(1_826_955_000),
        code: n.to_be_bytes().repeat(17),
    }
}

fn write(outputs: &mut Outputs, formats: &Formats, from: u64, to: u64) {
    let codes: Vec<_> = (from..to).map(made_up).collect();
    let drawn = formats.draw(codes.iter());
    let rejects = if from == 0 && to > 0 {
        b"3,,id-missing,no id,\r\n".as_slice()
    } else {
        b""
    };
    outputs
        .put(codes.iter().map(|code| code.id.as_str()), &drawn, rejects)
        .unwrap();
}

/// All formats; with sheets where the system has a font for them.
fn formats() -> Formats {
    let names = Names::new("Made-up Office", "虚构机构").unwrap();
    let font = std::env::var_os("POSTERN_FONT").map(PathBuf::from);
    let cards = match Font::find(font.as_deref(), "虚构机构".chars()) {
        Ok(font) => Some(Cards::new(font, Paper::A4, names, None).unwrap()),
        Err(error) => {
            eprintln!("without sheets: {error}");
            None
        }
    };
    Formats::new(&FormatName::ALL, cards)
}

fn tree(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(tree(&path)),
            false => drop(files.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    files
}

fn relative(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = tree(dir).into_iter();
    files
        .map(|(path, bytes)| (path.strip_prefix(dir).unwrap().to_owned(), bytes))
        .collect()
}

/// Each format, from each of its marks on, with more written and lost in between.
#[test]
fn from_a_mark_on_the_files_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let columns = ["id".to_owned()];
    let formats = formats();
    let shard = Shard::new(2, 8).unwrap();
    let whole = Target::new(&folder.path().join("whole"), shard);
    let mut undisturbed = Outputs::open(&whole, &formats, &columns, &Progress::default(), "stamp")
        .unwrap()
        .unwrap();
    write(&mut undisturbed, &formats, 0, 200);
    undisturbed.finish(true, || Ok(())).unwrap();
    let expected = relative(&whole.dir);
    assert!(
        expected
            .keys()
            .all(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
    );

    for (marked, lost) in [
        (0, 1),
        (0, 200),
        (1, 60),
        (49, 51),
        (50, 50),
        (51, 149),
        (100, 200),
        (200, 200),
    ] {
        let target = Target::new(&folder.path().join(format!("{marked}-{lost}")), shard);
        let mut outputs = Outputs::open(&target, &formats, &columns, &Progress::default(), "stamp")
            .unwrap()
            .unwrap();
        write(&mut outputs, &formats, 0, marked);
        let progress = Progress {
            outputs: outputs.mark().unwrap(),
            rejected: marked.min(1),
            ..Progress::default()
        };
        write(&mut outputs, &formats, marked, lost);
        if lost < 200 {
            // This mark is lost with what was written: the ledger has not noted it.
            outputs.mark().unwrap();
        }
        match lost {
            200 => outputs.finish(true, || Ok(())).unwrap(),
            _ => drop(outputs),
        }
        let resumed = Outputs::open(&target, &formats, &columns, &progress, "stamp").unwrap();
        // Only of a run that was complete but for its note something may be gone: then all is written again.
        assert!(resumed.is_some() || lost == 200, "from {marked} after {lost}");
        let from = if resumed.is_some() { marked } else { 0 };
        let begin = || Outputs::open(&target, &formats, &columns, &Progress::default(), "stamp").unwrap();
        let mut outputs = resumed.or_else(begin).unwrap();
        write(&mut outputs, &formats, from, 200);
        outputs.finish(true, || Ok(())).unwrap();
        let found = relative(&target.dir);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (path, bytes) in &found {
            assert!(
                *bytes == expected[path],
                "{} from {marked} after {lost}",
                path.display()
            );
        }
    }
}

#[test]
fn what_was_marked_and_is_gone_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::new(folder.path(), Shard::WHOLE);
    for format in [FormatName::Csv, FormatName::Jsonl, FormatName::Tar] {
        let formats = Formats::new(&[format], None);
        let mut outputs = Outputs::open(&target, &formats, &[], &Progress::default(), "stamp")
            .unwrap()
            .unwrap();
        write(&mut outputs, &formats, 0, 60);
        let progress = Progress {
            outputs: outputs.mark().unwrap(),
            ..Progress::default()
        };
        drop(outputs);
        tree(folder.path())
            .keys()
            .for_each(|path| fs::remove_file(path).unwrap());
        assert!(
            Outputs::open(&target, &formats, &[], &progress, "stamp")
                .unwrap()
                .is_none(),
            "{format:?}"
        );
    }
}

#[test]
fn tar_files_are_read_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::new(folder.path(), Shard::WHOLE);
    let formats = Formats::new(&[FormatName::Tar], None);
    let mut outputs = Outputs::open(&target, &formats, &[], &Progress::default(), "stamp")
        .unwrap()
        .unwrap();
    write(&mut outputs, &formats, 0, 101);
    outputs.finish(false, || Ok(())).unwrap();
    let mut n = 0;
    for (file, count) in [
        ("pictures-00001.tar", 50),
        ("pictures-00002.tar", 50),
        ("pictures-00003.tar", 1),
    ] {
        let mut archive = ::tar::Archive::new(fs::File::open(folder.path().join(file)).unwrap());
        let mut found = 0;
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            assert_eq!(entry.path().unwrap(), Path::new(&format!("P-{n:04}.png")));
            let mut png = Vec::new();
            std::io::copy(&mut entry, &mut png).unwrap();
            let picture = postern_qr::picture::decode(&png).unwrap();
            let read = postern_qr::reader::read(&picture, &mut || true);
            assert_eq!(read.texts[0].text, made_up(n).text());
            n += 1;
            found += 1;
        }
        assert_eq!(found, count, "{file}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}
