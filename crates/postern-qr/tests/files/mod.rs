//! Picture files made by hand, byte by byte: what no encoder at hand writes.

// Each test program that includes this module uses a part of it.
#![allow(dead_code)]

/// A PNG file (ISO/IEC 15948) around scan lines that already have their filter bytes; stored, not compressed.
pub(crate) fn png(
    width: u32,
    height: u32,
    depth: u8,
    color: u8,
    interlace: u8,
    chunks: &[(&[u8; 4], &[u8])],
    lines: &[u8],
) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, color, 0, 0, interlace]);
    let mut stream = vec![0x78, 0x01];
    let blocks = lines.chunks(0xffff);
    let last = blocks.len().saturating_sub(1);
    for (i, block) in blocks.enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(i == last));
        stream.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        stream.extend(block);
    }
    let (a, b) = lines.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());

    let all = [(b"IHDR", &header[..])].into_iter().chain(chunks.iter().copied());
    assemble(all.chain([(b"IDAT", &stream[..]), (b"IEND", &[][..])]))
}

/// As [`png`], compressed.
pub(crate) fn packed_png(width: u32, height: u32, depth: u8, color: u8, interlace: u8, lines: &[u8]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, color, 0, 0, interlace]);
    let stream = miniz_oxide::deflate::compress_to_vec_zlib(lines, 1);
    assemble([(b"IHDR", &header[..]), (b"IDAT", &stream), (b"IEND", &[])].into_iter())
}

fn assemble<'a>(chunks: impl Iterator<Item = (&'a [u8; 4], &'a [u8])>) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(kind);
        file.extend(data);
        file.extend([0; 4]);
    }
    mend_checksums(&mut file);
    file
}

/// Makes the checksum of each chunk of a PNG file fit what is in it, as far as there are whole chunks.
pub(crate) fn mend_checksums(file: &mut [u8]) {
    let mut start = 8;
    while let Some(length) = file.get(start..start + 4) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let end = start + 8 + length;
        if end + 4 > file.len() {
            return;
        }
        let crc = file[start + 4..end].iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
            })
        });
        file[end..end + 4].copy_from_slice(&(!crc).to_be_bytes());
        start = end + 4;
    }
}

/// A baseline JPEG file (ISO/IEC 10918-1) of even blocks of 8 by 8 pixels, one for each value of `blocks`, which holds
/// `width` values a row for every component in turn: grey with one component, YCbCr with three; with `adobe`, RGB with
/// three and CMYK with four.
pub(crate) fn jpeg(width: usize, components: usize, adobe: bool, blocks: &[u8]) -> Vec<u8> {
    let height = blocks.len() / components / width;
    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, body: &[u8]| {
        file.extend([0xff, marker]);
        file.extend((body.len() as u16 + 2).to_be_bytes());
        file.extend(body);
    };
    if adobe {
        segment(0xee, b"Adobe\0\x64\0\0\0\0\0");
    }
    // One quantisation table of eights: a DC coefficient is then the block's value less 128.
    segment(0xdb, &[&[0][..], &[8; 64]].concat());
    let (lines, columns) = ((height * 8) as u16, (width * 8) as u16);
    let mut frame = [
        &[8][..],
        &lines.to_be_bytes(),
        &columns.to_be_bytes(),
        &[components as u8],
    ]
    .concat();
    (1..=components as u8).for_each(|id| frame.extend([id, 0x11, 0]));
    segment(0xc0, &frame);
    // DC: nine categories with codes of four bits. AC: the end of a block is the bit nought.
    let table = |class: u8, length: usize, values: &[u8]| {
        let mut counts = [0; 16];
        counts[length - 1] = values.len() as u8;
        [&[class][..], &counts, values].concat()
    };
    segment(0xc4, &table(0x00, 4, &[0, 1, 2, 3, 4, 5, 6, 7, 8]));
    segment(0xc4, &table(0x10, 1, &[0]));
    let mut scan = vec![components as u8];
    (1..=components as u8).for_each(|id| scan.extend([id, 0]));
    scan.extend([0, 63, 0]);
    segment(0xda, &scan);

    let mut bits = String::new();
    let mut before = vec![0i32; components];
    for i in 0..width * height {
        for component in 0..components {
            let value = i32::from(blocks[component * width * height + i]) - 128;
            let change = value - std::mem::replace(&mut before[component], value);
            let category = 32 - change.unsigned_abs().leading_zeros() as usize;
            bits += &format!("{category:04b}");
            if category > 0 {
                let code = if change > 0 {
                    change
                } else {
                    change + (1 << category) - 1
                };
                bits += &format!("{code:0category$b}");
            }
            bits.push('0');
        }
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('1');
    }
    for byte in bits.as_bytes().chunks(8) {
        let byte = byte.iter().fold(0, |byte, bit| byte << 1 | (bit & 1));
        file.push(byte);
        if byte == 0xff {
            file.push(0);
        }
    }
    file.extend([0xff, 0xd9]);
    file
}
