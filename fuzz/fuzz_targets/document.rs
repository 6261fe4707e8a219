//! What readers of identity documents send, line by line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_core::document::{Assembler, resident, zone};

fuzz_target!(|text: &str| {
    let _ = resident(text);
    let _ = zone(text);
    let mut assembler = Assembler::new();
    for line in text.lines() {
        let _ = assembler.line(line);
    }
    let _ = assembler.give_up();
});
