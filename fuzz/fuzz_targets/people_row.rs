//! A people file of a stranger: a header and rows, in both encodings. What is taken can be minted and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_core::cbor;
use postern_core::record::{Holder, Record};
use postern_core::time::Time;
use postern_issuer::mint::people::{Columns, Encoding, MAX_COLUMNS, MAX_LINE, Row};

const HEADER: &str = "id,name,birth,document_kind,document_country,document_number,vaccine,vaccine_dose,vaccine_doses,\
    vaccinated,test_kind,test_result,test_sampled,recovered";

/// 2026-11-23T00:00:00Z.
const ISSUED: Time = Time::saturating(1_795_392_000);

fn take(columns: &Columns, line: &[u8], encoding: Encoding) {
    let row = Row::parse(2, line, encoding);
    // One field too many shows that there are too many; a byte that is no text becomes three.
    assert!(row.len() <= MAX_COLUMNS + 1 && row.fields().map(str::len).sum::<usize>() <= 3 * MAX_LINE);
    let Ok(applicant) = columns.applicant(&row) else { return };
    assert_eq!(
        applicant.content(),
        columns.applicant(&row).expect("taken before").content()
    );
    let Ok(facts) = applicant.facts(ISSUED) else { return };
    let record = Record {
        index: 0,
        holder: Holder {
            name: applicant.name().cloned(),
            birth: applicant.birth(),
            tag: None,
        },
        facts,
    };
    assert_eq!(cbor::from_slice::<Record>(&cbor::to_vec(&record)), Ok(record));
}

fuzz_target!(|bytes: &[u8]| {
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let header = Row::parse(1, lines.next().unwrap_or_default(), encoding);
        if let Ok(columns) = Columns::from_header(&header) {
            lines.for_each(|line| take(&columns, line, encoding));
        }
        let columns = Columns::from_header(&Row::parse(1, HEADER.as_bytes(), encoding)).expect("all columns");
        take(&columns, bytes, encoding);
    }
});
