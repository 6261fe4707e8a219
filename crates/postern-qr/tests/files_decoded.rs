//! Picture files of every kind to grey, and what is wrong with files.

mod files;

use files::{jpeg, png};
use postern_qr::picture::{MAX_DIMENSION, MAX_FILE, decode};
use postern_qr::reader::read;
use postern_qr::{PictureError, Symbol};
use proptest::prelude::*;

const TEXT: &str = "PC1:A MADE UP TEXT";

/// One row of pixels, decoded.
fn row(depth: u8, color: u8, chunks: &[(&[u8; 4], &[u8])], width: u32, samples: &[u8]) -> Vec<u8> {
    let line = [&[0][..], samples].concat();
    decode(&png(width, 1, depth, color, 0, chunks, &line))
        .unwrap()
        .into_pixels()
}

#[test]
fn every_colour_type_of_png_becomes_grey() {
    // Grey: 1, 2, 4, 8, 16 bits.
    assert_eq!(row(1, 0, &[], 3, &[0b1010_0000]), [255, 0, 255]);
    assert_eq!(row(2, 0, &[], 4, &[0b0001_1011]), [0, 85, 170, 255]);
    assert_eq!(row(4, 0, &[], 2, &[0x0f]), [0, 255]);
    assert_eq!(row(8, 0, &[], 2, &[7, 200]), [7, 200]);
    assert_eq!(row(16, 0, &[], 2, &[7, 255, 200, 0]), [7, 200]);
    // Grey and alpha, over white; full transparency hides what is below.
    assert_eq!(row(8, 4, &[], 3, &[0, 255, 0, 0, 0, 128]), [0, 255, 127]);
    assert_eq!(row(16, 4, &[], 1, &[0, 0, 0, 0]), [255]);
    // Colours by their weights, and with alpha.
    assert_eq!(
        row(8, 2, &[], 4, &[255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]),
        [76, 150, 29, 255]
    );
    assert_eq!(row(16, 2, &[], 1, &[255, 0, 255, 0, 255, 0]), [255]);
    assert_eq!(row(8, 6, &[], 2, &[0, 0, 0, 255, 0, 0, 0, 0]), [0, 255]);
    // A palette, with and without transparency.
    let palette: (&[u8; 4], &[u8]) = (b"PLTE", &[0, 0, 0, 255, 255, 255, 0, 255, 0]);
    assert_eq!(row(2, 3, &[palette], 3, &[0b0001_1000]), [0, 255, 150]);
    assert_eq!(row(8, 3, &[palette, (b"tRNS", &[0])], 2, &[0, 2]), [255, 150]);
    // One grey declared transparent.
    assert_eq!(row(8, 0, &[(b"tRNS", &[0, 7])], 2, &[7, 8]), [255, 8]);
}

#[test]
fn an_interlaced_png_is_put_together() {
    // Adam7 over 4 by 2 pixels: pass 1 has (0,0); 4 has (2,0); 6 has (1,0), (3,0); 7 has row 1. Passes 2, 3, 5 are empty.
    let lines = [0, 10, 0, 30, 0, 20, 40, 0, 50, 60, 70, 80];
    let luma = decode(&png(4, 2, 8, 0, 1, &[], &lines)).unwrap();
    assert_eq!(luma.pixels(), [10, 20, 30, 40, 50, 60, 70, 80]);
}

/// A symbol with its quiet zone, one value a module.
fn blocks() -> (usize, Vec<u8>) {
    let symbol = Symbol::new(TEXT).unwrap();
    let width = symbol.width() + 8;
    let dark = |i: usize| i % width >= 4 && i / width >= 4 && symbol.is_dark(i % width - 4, i / width - 4);
    (
        width,
        (0..width * width).map(|i| if dark(i) { 0 } else { 255 }).collect(),
    )
}

#[test]
fn every_kind_of_jpeg_is_read() {
    let (width, grey) = blocks();
    let even = vec![128; grey.len()];
    let files = [
        jpeg(width, 1, false, &grey),
        jpeg(width, 3, false, &[&grey[..], &even, &even].concat()),
        jpeg(width, 3, true, &[&grey[..], &grey, &grey].concat()),
        // Adobe's CMYK is stored in negative.
        jpeg(width, 4, true, &[&grey[..], &grey, &grey, &grey].concat()),
    ];
    for (i, file) in files.iter().enumerate() {
        let luma = decode(file).unwrap_or_else(|error| panic!("file {i}: {error}"));
        assert_eq!((luma.width(), luma.height()), (width * 8, width * 8));
        let texts = read(&luma, &mut || true).texts;
        assert_eq!(texts.first().map(|found| found.text.as_str()), Some(TEXT), "file {i}");
    }
}

#[test]
fn a_file_cut_short_anywhere_is_damaged() {
    let (width, grey) = blocks();
    let lines: Vec<u8> = grey.chunks(width).flat_map(|row| [&[0][..], row].concat()).collect();
    // The bytes after the last pixel: the end marker; checksums and the last chunk, which a picture can do without.
    let whole = [
        (jpeg(width, 1, false, &grey), 1),
        (jpeg(width, 3, false, &[&grey[..], &grey, &grey].concat()), 1),
        (png(width as u32, width as u32, 8, 0, 0, &[], &lines), 4 + 4 + 12),
    ];
    for (file, tail) in &whole {
        assert!(decode(file).is_ok());
        for end in 8..file.len() - tail {
            assert_eq!(
                decode(&file[..end]),
                Err(PictureError::Damaged),
                "{end} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    for nothing in [&b""[..], b"PC1:TEXT", b"\x89PN", &[0xff, 0xd8], &[0; 100]] {
        assert_eq!(decode(nothing), Err(PictureError::NotAPicture));
    }
    let others: [&[u8]; 6] = [
        b"GIF89a...",
        b"BM......",
        b"%PDF-1.7",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypheic",
        b"II*\0\x08\0\0\0",
    ];
    for other in others {
        assert_eq!(decode(other), Err(PictureError::Unsupported));
    }
    assert_eq!(PictureError::Unsupported.reason(), "picture-unsupported");
}

#[test]
fn size_is_refused_by_the_header_alone() {
    let side = MAX_DIMENSION as u32;
    for (width, height) in [
        (side + 1, 1),
        (1, side + 1),
        (side, side),
        (u32::MAX >> 1, u32::MAX >> 1),
    ] {
        // No pixels follow: whatever were allocated for them would be in vain.
        assert_eq!(
            decode(&png(width, height, 8, 6, 1, &[], &[])),
            Err(PictureError::TooLarge),
            "{width} {height}"
        );
    }
    assert_eq!(decode(&png(0, 1, 8, 0, 0, &[], &[0])), Err(PictureError::Damaged));
    assert_eq!(decode(&vec![0; MAX_FILE + 1]), Err(PictureError::TooLarge));

    let mut file = jpeg(2, 1, false, &[0; 4]);
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(decode(&file), Err(PictureError::TooLarge));
    // 65,535 a side is past both bounds, 20,000 past that of pixels only.
    file[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    assert_eq!(decode(&file), Err(PictureError::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_never_panic(kind in 0usize..3, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let start: &[u8] = [&b""[..], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &[0xff, 0xd8, 0xff]][kind];
        let _ = decode(&[start, &bytes].concat());
    }

    #[test]
    fn changed_files_never_panic(kind in 0usize..4, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let (width, grey) = blocks();
        let even = vec![128; grey.len()];
        let lines: Vec<u8> = grey.chunks(width).flat_map(|row| [&[0][..], row].concat()).collect();
        let mut file = match kind {
            0 => jpeg(width, 1, false, &grey),
            1 => jpeg(width, 3, false, &[&grey[..], &even, &even].concat()),
            2 => jpeg(width, 4, true, &[&grey[..], &even, &even, &grey].concat()),
            _ => png(width as u32, width as u32, 8, 0, 0, &[], &lines),
        };
        for (at, with) in changes {
            let at = at.index(file.len());
            file[at] = with;
        }
        // What can still be decoded is searched too, by one rung.
        if let Ok(luma) = decode(&file) && luma.pixels().len() < 1_000_000 {
            read(&luma, &mut || false);
        }
    }
}
