//! Where codes come from: ports, folders, streams of pictures, several at once.

use std::fs;

use serde_json::json;

use crate::common::{BIN, command, finish, picture};
use crate::site::{Scan, Site, said};
use crate::wire::Wire;

/// No test waits for a busy machine to read a picture in a quarter of a second.
const PATIENT: &str = "[reader]\nbudget = 10000\nrepeat = 60000\n";

#[test]
fn a_scanner_that_is_unplugged_is_told_and_comes_back() {
    let site = Site::new();
    let port = site.path("scanner");
    let source = format!("serial:{}", port.display());
    let mut scan = site.scan(["--source", &source]);
    let lost = scan.next();
    assert_eq!(
        (said(&lost).as_str(), &lost["state"]),
        ("source device-missing", &json!("lost"))
    );
    assert_eq!(lost["source"], json!(source));
    for index in 1..3 {
        let mut wire = Wire::plug_in(&port);
        assert_eq!(scan.next()["state"], "ready");
        wire.send(&format!("{}\r\n", site.good(index)));
        let verdict = scan.next();
        assert_eq!((said(&verdict).as_str(), &verdict["device"]), ("admit", &json!(source)));
        // Half a code, and the cable is out.
        wire.send("PC1:AB");
        std::thread::sleep(std::time::Duration::from_millis(300));
        wire.unplug();
        assert_eq!(said(&scan.next()), "fault line-cut");
        assert_eq!(said(&scan.next()), "source device-unplugged");
        assert_eq!(said(&scan.next()), "source device-missing");
    }
    // What is said on standard input is heard meanwhile.
    assert_eq!(scan.ask("manual a-17 admit other")["type"], "entry");
    scan.send("quit");
    let (_, status) = scan.rest();
    assert!(status.success());
}

#[test]
fn pictures_that_arrive_in_a_folder_are_read() {
    let site = Site::new();
    site.configure(PATIENT);
    let folder = site.path("pictures");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("old.png"), picture(&site.good(9))).unwrap();
    let mut scan = site.scan(["--source", &format!("folder:{}", folder.display())]);
    assert_eq!(scan.next()["state"], "ready");
    let arrives = |name: &str, bytes: &[u8]| {
        // As a camera's program does: whole, or not at all.
        fs::write(folder.join(".part"), bytes).unwrap();
        fs::rename(folder.join(".part"), folder.join(name)).unwrap();
        let value = scan.next();
        assert_eq!(value["file"], json!(folder.join(name)));
        said(&value)
    };
    assert_eq!(arrives("a.png", &picture(&site.good(1))), "admit");
    assert_eq!(arrives("b.png", &picture("not a code")), "refuse not-a-code");
    assert_eq!(arrives("c.png", &png(&[255; 10_000], 100)), "fault no-code");
    assert_eq!(arrives("d.png", b"\x89PNG\r\n\x1a\nrubbish"), "fault picture-damaged");
    // The same file, written anew.
    assert_eq!(arrives("a.png", &picture(&site.good(1))), "refer seen-here");
    scan.send("quit");
    let (_, status) = scan.rest();
    assert!(status.success());
    assert_eq!(
        site.rows("source outcome"),
        ["picture admit", "picture refuse", "picture refer"]
    );
}

fn png(pixels: &[u8], width: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, (pixels.len() / width) as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    bytes
}

/// Shows a frame until there is a verdict: of a stream, frames may be passed over.
#[track_caller]
fn shown(scan: &mut Scan, frame: &[u8]) -> String {
    for _ in 0..200 {
        scan.send_bytes(frame);
        if let Some(value) = scan.within(std::time::Duration::from_millis(300)) {
            assert_eq!((&value["device"], &value["file"]), (&json!("frames"), &json!(null)));
            return said(&value);
        }
    }
    panic!("the frame was not read");
}

#[test]
fn png_files_one_after_the_other_are_a_stream() {
    let site = Site::new();
    site.configure(PATIENT);
    let mut scan = site.scan(["--source", "frames"]);
    assert_eq!(scan.ready["command_word"], json!(null));
    assert_eq!(scan.next()["state"], "ready");
    let [first, second] = [1, 2].map(|index| picture(&site.good(index)));
    let empty = png(&[255; 10_000], 100);
    scan.send_bytes(&empty);
    assert_eq!(shown(&mut scan, &first), "admit");
    // It stays before the camera: one scan. A frame without a code is nothing to tell.
    for _ in 0..3 {
        scan.send_bytes(&first);
        scan.send_bytes(&empty);
    }
    assert_eq!(shown(&mut scan, &second), "admit");
    scan.send_bytes(&second);
    let (rest, status) = scan.end();
    assert_eq!((rest.len(), status.code()), (1, Some(0)), "{rest:?}");
    assert_eq!(rest[0]["admit"], 2);
    assert_eq!(site.rows("source outcome"), ["picture admit", "picture admit"]);
}

#[test]
fn a_y4m_video_is_a_stream() {
    let site = Site::new();
    site.configure(PATIENT);
    let mut scan = site.scan(["--source", "frames"]);
    assert_eq!(scan.next()["state"], "ready");
    let luma = postern_qr::picture::decode(&picture(&site.good(1))).unwrap();
    let (width, height) = (luma.width(), luma.height());
    scan.send_bytes(format!("YUV4MPEG2 W{width} H{height} F25:1 Ip C420jpeg\n").as_bytes());
    let mut frame = b"FRAME\n".to_vec();
    (0..height).for_each(|y| frame.extend_from_slice(luma.row(y)));
    frame.resize(frame.len() + 2 * width.div_ceil(2) * height.div_ceil(2), 128);
    assert_eq!(shown(&mut scan, &frame), "admit");
    let (rest, status) = scan.end();
    assert_eq!((rest.len(), status.code()), (1, Some(0)), "{rest:?}");
}

#[test]
fn two_scanners_the_keyboard_and_a_folder_serve_at_once() {
    let site = Site::new();
    site.configure(PATIENT);
    let ports = ["scanner-a", "scanner-b"].map(|name| site.path(name));
    let mut wires = ports.each_ref().map(|port| Wire::plug_in(port));
    let folder = site.path("pictures");
    fs::create_dir(&folder).unwrap();
    let sources = ports.map(|port| format!("serial:{}", port.display()));
    let watched = format!("folder:{}", folder.display());
    let mut scan = site.scan([
        "--source",
        &sources[0],
        "--source",
        &sources[1],
        "--source",
        &watched,
        "--source",
        "stdin",
    ]);
    for _ in 0..3 {
        assert_eq!(scan.next_of("source")["state"], "ready");
    }
    // All at once, and each is told apart.
    fs::write(folder.join("a.png"), picture(&site.good(1))).unwrap();
    scan.send(&site.good(2));
    wires[0].send(&format!("{}\r", site.good(3)));
    wires[1].send(&format!("{}\r", site.good(4)));
    let mut from: Vec<String> = (0..4)
        .map(|_| {
            let verdict = scan.next_of("verdict");
            assert_eq!(said(&verdict), "admit");
            let member = ["file", "line", "device"]
                .into_iter()
                .find(|name| !verdict[*name].is_null())
                .unwrap();
            format!("{member} {}", verdict[member])
        })
        .collect();
    from.sort();
    let picture = format!("file {}", json!(folder.join("a.png")));
    let [a, b] = sources.map(|source| format!("device {}", json!(source)));
    assert_eq!(from, [a, b, picture, "line 1".to_owned()]);
    // The end of standard input ends nothing while others can send.
    scan.close();
    wires[0].send(&format!("{}\r", site.good(3)));
    assert_eq!(said(&scan.next_of("verdict")), "refer seen-here");
    let (_, status) = scan.stop();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn one_device_is_no_two_sources() {
    let site = Site::new();
    for sources in [
        ["stdin", "stdin"],
        ["stdin", "frames"],
        ["frames", "stdin,reads=codes"],
        ["serial:/dev/ttyS9", "serial:/dev/ttyS9,baud=1200"],
        ["folder:/srv/made-up", "folder:/srv/made-up"],
    ] {
        let done = site
            .gate
            .run("scan", ["--json", "--source", sources[0], "--source", sources[1]]);
        assert_eq!(
            (done.status, done.error().as_str()),
            (1, "device-twice-source"),
            "{sources:?}: {done:?}"
        );
        assert_eq!(done.stdout, "", "{sources:?}");
    }
    for kind in ["usb:/dev/made-up", "serial:", "stdin,speed=3"] {
        let done = site.gate.run("scan", ["--json", "--source", kind]);
        assert_eq!(done.status, 2, "{kind}: {done:?}");
    }
}

/// A mend that `scanner calibrate` stored is used where the source is named on the command line, too.
#[test]
fn a_mend_of_the_configuration_is_applied() {
    let site = Site::new();
    let port = site.path("scanner");
    let mut wire = Wire::plug_in(&port);
    let source = format!("serial:{}", port.display());
    site.configure(&format!(
        "[[source]]\nfrom = \"{source},end=cr\"\n[source.mend]\nstrip-prefix = \"]Q1\"\ncase = \"upper\"\n"
    ));
    let garbled = format!("]Q1{}\r", site.good(1).to_lowercase());
    for args in [vec![], vec!["--source", &source]] {
        let scan = site.scan(args.iter());
        assert_eq!(scan.next()["state"], "ready");
        wire.send(&garbled);
        assert_ne!(scan.next()["outcome"], "refuse", "{args:?}");
        // Without it this would be no code at all.
        wire.send(&format!("]Q1]Q1{}\r", site.good(1)));
        assert_eq!(said(&scan.next()), "refuse not-a-code");
    }
    // And what has no mend is left as it is.
    let done = site.gate.run_with(
        "scan",
        ["--json", "--source", "stdin"],
        garbled.replace('\r', "\n").as_bytes(),
    );
    assert_eq!(done.json()[1]["reasons"], json!(["not-a-code"]));
}

#[test]
fn the_configuration_names_the_sources_where_nobody_else_does() {
    let site = Site::new();
    site.configure("[[source]]\nfrom = \"stdin,reads=documents\"\n");
    let mut scan = site.scan([""; 0]);
    assert_eq!(scan.ready["sources"], json!(["stdin,reads=documents"]));
    assert_eq!(said(&scan.ask(&site.good(1))), "fault not-a-document");
    scan.end();
    let other = site
        .gate
        .file("other.toml", b"[[source]]\nfrom = \"stdin,reads=codes\"\n");
    let mut scan = command(BIN);
    scan.args(["scan", "--json", "--store"])
        .arg(site.store())
        .arg("--config")
        .arg(other);
    let done = finish(scan, format!("{}\n", site.good(1)).as_bytes());
    assert_eq!(done.json()[1]["outcome"], "admit");
}
