use postern_qr::Luma;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;

fn png_file(width: u32, height: u32, colour: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(::png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer
        .write_image_data(&vec![colour; (width * height) as usize])
        .unwrap();
    writer.finish().unwrap();
    file
}

/// A file with the structure of JPEG and what can be met in it: a segment with markers within, two scans, a stuffed zero, a
/// restart, fill bytes. Nothing decodes it here.
fn jpeg_file(n: u8) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    file.extend([0xff, 0xe1, 0, 10, 0xff, 0xd8, 0xff, 0xd9, n, n, n, n]);
    file.extend([0xff, 0xff, 0xff, 0xdb, 0, 2]);
    for _ in 0..2 {
        file.extend([0xff, 0xda, 0, 4, 1, 2]);
        file.extend([1, 0xff, 0x00, 2, 0xff, 0xd3, n, 0xff, 0xff, 0x00, 3]);
    }
    file.extend([0xff, 0x01, 0xff, 0xd9]);
    file
}

fn y4m_stream(parameters: &str, size: (usize, usize), colour: usize, frames: u8) -> Vec<u8> {
    let mut stream = format!("YUV4MPEG2 W{} H{}{parameters}\n", size.0, size.1).into_bytes();
    for n in 0..frames {
        stream.extend(b"FRAME\n");
        stream.extend(vec![n; size.0 * size.1]);
        stream.extend(vec![0xff; colour]);
    }
    stream
}

/// What is found when the stream comes in pieces of so many bytes.
fn parse(stream: &[u8], piece: usize) -> (Vec<Picture>, Result<(), &'static str>) {
    let mut parser = FrameParser::new();
    let mut found = Vec::new();
    for piece in stream.chunks(piece) {
        if let Err(error) = parser.push(piece, &mut |picture| found.push(picture)) {
            return (found, Err(error.reason()));
        }
    }
    (found, Ok(()))
}

fn files(files: &[Vec<u8>]) -> Vec<Picture> {
    files.iter().cloned().map(Picture::File).collect()
}

#[test]
fn files_are_cut_where_they_end() {
    let all: Vec<Vec<u8>> = (0..6)
        .map(|n| match n % 2 {
            0 => png_file(3 + u32::from(n), 4, n),
            _ => jpeg_file(n),
        })
        .collect();
    for piece in [1, 2, 7, 64, 100_000] {
        assert_eq!(parse(&all.concat(), piece), (files(&all), Ok(())), "{piece}");
    }
    for file in [&all[0], &all[1]] {
        let cut = &file[..file.len() - 1];
        assert_eq!(parse(cut, 5), (vec![], Ok(())));
    }
}

#[test]
fn the_pictures_decode() {
    let stream = [png_file(5, 4, 9), png_file(5, 4, 7)].concat();
    let (found, _) = parse(&stream, 11);
    let decode = |picture: &Picture| match picture {
        Picture::File(file) => postern_qr::picture::decode(file).unwrap(),
        Picture::Luma(luma) => luma.clone(),
    };
    let expected = [9, 7].map(|colour| Luma::new(5, 4, vec![colour; 20]).unwrap());
    assert_eq!(found.iter().map(decode).collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_between_files_is_passed_over() {
    let (a, b) = (png_file(3, 3, 1), jpeg_file(2));
    let boundary = b"\r\n--boundary\r\nContent-Type: image/jpeg\r\n\r\n\xff\x89P\xff\xd8";
    let mut stream = a.clone();
    stream.extend(boundary);
    stream.extend(&b);
    stream.extend(boundary);
    stream.extend(&a);
    let expected = files(&[a.clone(), b, a]);
    for piece in [1, 3, 1000] {
        assert_eq!(parse(&stream, piece), (expected.clone(), Ok(())));
    }
}

#[test]
fn a_file_that_was_cut_short_costs_no_other_jpeg() {
    let (a, b) = (jpeg_file(1), jpeg_file(2));
    let cut = &a[..a.len() - 3];
    assert_eq!(parse(&[cut, &b].concat(), 9), (files(&[b]), Ok(())));
}

#[test]
fn a_damaged_png_is_passed_over() {
    let (mut a, b) = (png_file(3, 3, 1), png_file(3, 3, 2));
    // The type of the second chunk.
    a[37] = 0;
    assert_eq!(parse(&[a, b.clone()].concat(), 9), (files(&[b]), Ok(())));
}

#[test]
fn y4m_gives_the_brightness() {
    let size = (5, 3);
    for (parameters, colour) in [
        ("", 12),
        (" C420", 12),
        (" F30:1 Ip A1:1 C420jpeg XYSCSS=420JPEG", 12),
        (" C420mpeg2", 12),
        (" C420paldv", 12),
        (" C422", 18),
        (" C444", 30),
        (" Cmono", 0),
    ] {
        let stream = y4m_stream(parameters, size, colour, 3);
        let expected: Vec<Picture> = (0..3)
            .map(|n| Picture::Luma(Luma::new(size.0, size.1, vec![n; 15]).unwrap()))
            .collect();
        for piece in [1, 16, 10_000] {
            assert_eq!(parse(&stream, piece), (expected.clone(), Ok(())), "{parameters}");
        }
    }
}

#[test]
fn other_kinds_of_y4m_are_named() {
    for format in ["420p10", "444alpha", "411", "mono16"] {
        let stream = y4m_stream(&format!(" C{format}"), (4, 4), 8, 1);
        let error = FrameParser::new()
            .push(&stream, &mut |_| panic!("a picture"))
            .unwrap_err();
        assert_eq!(error.args(), [("format", format.to_owned())]);
    }
}

#[test]
fn y4m_out_of_bounds_is_refused_before_its_samples() {
    for (header, reason) in [
        ("W0 H1", "no-frames"),
        ("W1", "no-frames"),
        ("W30001 H1", "no-frames"),
        ("W30000 H30000", "frames-unsupported"),
        ("W99999999999999999999 H1", "no-frames"),
    ] {
        let stream = format!("YUV4MPEG2 {header}\n");
        assert_eq!(parse(stream.as_bytes(), 9), (vec![], Err(reason)), "{header}");
    }
    let long = format!("YUV4MPEG2 W1 H1 X{}\n", "x".repeat(2000));
    assert_eq!(parse(long.as_bytes(), 9).1, Err("no-frames"));
    let mut lost = y4m_stream("", (2, 2), 2, 1);
    lost.extend(b"FRAMES\n");
    assert_eq!(parse(&lost, 100).1, Err("no-frames"));
}

#[test]
fn what_does_not_begin_as_pictures_is_refused_at_once() {
    for stream in [
        &b"no picture"[..],
        b"\0\0\0\x18ftypmp42",
        b"YUV4MPEG3 W1 H1\n",
        b"\x89PNX",
    ] {
        assert_eq!(parse(stream, 1).1, Err("no-frames"));
    }
    assert_eq!(parse(b"YUV4", 1), (vec![], Ok(())));
}

#[test]
fn endless_garbage_is_given_up_within_bounds() {
    let mut parser = FrameParser::new();
    parser.push(&jpeg_file(1), &mut |_| {}).unwrap();
    // A file that never ends, and then nothing that begins as one.
    let mut endless = vec![1; 1 << 20];
    endless[..14].copy_from_slice(&[0xff, 0xd8, 0xff, 0xda, 0, 4, 1, 2, 1, 1, 1, 1, 1, 1]);
    let mut pushed = 0_u64;
    let error = loop {
        match parser.push(&endless, &mut |_| panic!("a picture")) {
            Ok(()) => pushed += 1 << 20,
            Err(error) => break error,
        }
        assert!(pushed <= 2 * MAX_GARBAGE + (1 << 20));
        let State::Files(files) = &parser.state else {
            panic!("files")
        };
        assert!(files.buffer.len() <= MAX_FILE + (1 << 16));
        endless[..14].fill(1);
    };
    assert_eq!(error.reason(), "no-frames");
}

/// Ten thousand changed streams of each kind: whatever comes, the parser neither panics nor grows, and after it a new
/// stream is read.
#[test]
fn ten_thousand_mutations_of_each_kind_leave_the_parser_running() {
    let kinds = [
        [png_file(9, 9, 1), png_file(7, 3, 2), png_file(1, 1, 3)].concat(),
        [jpeg_file(1), jpeg_file(2), jpeg_file(3)].concat(),
        y4m_stream(" C422", (6, 4), 24, 3),
    ];
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for kind in &kinds {
        let (mut whole, mut lost) = (0, 0);
        for _ in 0..10_000 {
            let mut stream = kind.clone();
            for _ in 0..=random.next_u32() % 4 {
                let place = random.next_u32() as usize % stream.len();
                match random.next_u32() % 4 {
                    0 => stream[place] = random.next_u32() as u8,
                    1 => stream[place] ^= 1 << (random.next_u32() % 8),
                    2 => drop(
                        stream.drain(place..(place + random.next_u32() as usize % 40).min(kind.len() / 2).max(place)),
                    ),
                    _ => stream.insert(place, 0xff),
                }
            }
            let piece = 1 + random.next_u32() as usize % 300;
            let (found, ended) = parse(&stream, piece);
            assert!(found.len() <= 4);
            whole += found.len();
            lost += usize::from(ended.is_err());
        }
        // Neither kind of outcome is missing, so that both were tried.
        assert!(whole > 1000 && lost > 100, "{whole} {lost}");
        assert_eq!(parse(kind, 50).0.len(), 3);
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(
        start in prop_oneof![Just(&b""[..]), Just(png::SIGNATURE), Just(jpeg::SIGNATURE), Just(y4m::SIGNATURE)],
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xff), Just(0xd8), Just(0xda), Just(0)], 0..300),
        piece in 1..50_usize,
    ) {
        let stream = [start, &bytes].concat();
        let (found, ended) = parse(&stream, piece);
        prop_assert_eq!(parse(&stream, 1), (found, ended));
    }
}
