//! Public photographs of QR codes, with the expected text beside each: the ZXing project's black box tests.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use postern_qr::reader::{read, read_thoroughly};
use postern_qr::{Found, picture};

/// How many of the 179 photographs of sets 1 to 6, upright, are read.
const READ: usize = 170;

/// Texts that are in a picture though not in the file beside it: a second symbol inside the first one's middle, and a
/// word that the symbol spells as error correction confirms, with one letter more than the file has.
const ALSO_TRUE: [(&str, &str); 2] = [
    (
        "qrcode-2/13.png",
        "The 2005 USGS aerial photography of the Washington Monument is censored.",
    ),
    (
        "qrcode-2/16.png",
        "[内側QRコード]\r\n\r\n*ダブルQR*\r\nhttp://d-qr.net/ex/",
    ),
];

fn vectors() -> Option<PathBuf> {
    let root = std::env::var_os("POSTERN_VECTORS").map(|root| PathBuf::from(root).join("pictures/zxing"));
    if root.is_none() {
        eprintln!("skipped: POSTERN_VECTORS is not set");
    }
    root
}

/// Reads with a limit that only a spinning reader meets, so that the outcome does not hang on the machine.
fn texts(file: &Path) -> Vec<Found> {
    let luma = picture::decode(&std::fs::read(file).unwrap()).unwrap();
    let start = Instant::now();
    read(&luma, &mut || start.elapsed() < Duration::from_secs(60)).texts
}

#[test]
fn photographs_are_read_and_none_wrongly() {
    let Some(root) = vectors() else { return };
    let (mut read, mut pictures, mut wrong) = (0, 0, Vec::new());
    for set in 1..=6 {
        let folder = root.join(format!("qrcode-{set}"));
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if !file.extension().is_some_and(|kind| kind == "png" || kind == "jpg") {
                continue;
            }
            pictures += 1;
            let name = format!("qrcode-{set}/{}", file.file_name().unwrap().to_str().unwrap());
            let want = std::fs::read_to_string(file.with_extension("txt")).unwrap();
            let texts = texts(&file);
            read += usize::from(texts.iter().any(|found| found.text == want));
            let other = texts.into_iter().filter(|found| found.text != want);
            wrong.extend(
                other
                    .filter(|found| !ALSO_TRUE.contains(&(&name, &found.text)))
                    .map(|found| (name.clone(), found)),
            );
        }
    }
    assert_eq!(pictures, 179, "the sets are not whole");
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(read >= READ, "{read} of {pictures}");
}

#[test]
fn all_codes_of_one_photograph_are_read() {
    let Some(root) = vectors() else { return };
    let mut texts: Vec<String> = texts(&root.join("multi-qrcode-1/1.png"))
        .into_iter()
        .map(|found| found.text)
        .collect();
    texts.sort();
    let starts = [
        "You earned the class 5 EXTRA MINUTES",
        "You earned the class a 5 MINUTE DANCE",
        "You get to CREATE OUR JOURNAL",
        "You get to SIT AT MRS. SIGMON'S",
    ];
    assert!(
        texts.len() == 4 && texts.iter().zip(starts).all(|(text, start)| text.starts_with(start)),
        "{texts:?}"
    );
}

#[test]
fn a_photograph_that_no_rung_reads_is_given_to_the_last_one() {
    let Some(root) = vectors() else { return };
    // A print on cloth: no reader at hand reads it.
    let luma = picture::decode(&std::fs::read(root.join("qrcode-4/05.png")).unwrap()).unwrap();
    let result = read_thoroughly(&luma, &mut || true);
    assert!(result.texts.is_empty() && !result.out_of_time);
}
