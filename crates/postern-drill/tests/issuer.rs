//! The issuer takes every made-up person, and rejects every fault for its own reason.

use std::collections::{BTreeMap, HashSet};

use postern_core::time::Time;
use postern_drill::people::{Fault, People, write_csv_with_faults};
use postern_issuer::mint::people::{Columns, Encoding, Row};

#[test]
fn the_issuer_takes_all_people_and_rejects_all_faults() {
    let at = Time::from_seconds(1_795_420_800).unwrap();
    let people = People::new(6, 5_000, at).unwrap();
    let mut file = Vec::new();
    let told = write_csv_with_faults(&people, 250, &mut file).unwrap();
    // No made-up value needs quotation marks, so a line is a row.
    assert!(!file.contains(&b'"'));
    let mut rows = (1..)
        .zip(file.split(|&b| b == b'\n').filter(|line| !line.is_empty()))
        .map(|(line, bytes)| Row::parse(line, bytes, Encoding::Utf8));
    let columns = Columns::from_header(&rows.next().unwrap()).unwrap();

    let (mut minted, mut rejects) = (0, BTreeMap::new());
    let (mut ids, mut papers) = (HashSet::new(), HashSet::new());
    for row in rows {
        let reason = match columns.applicant(&row) {
            // The file's reader finds these; here it is a set.
            Ok(applicant) if !ids.insert(applicant.id().to_string()) => Fault::DuplicatePerson.reason(),
            Ok(applicant) => {
                applicant.facts(at).unwrap();
                assert!(
                    applicant
                        .paper()
                        .map(postern_issuer::mint::people::Paper::digest)
                        .is_none_or(|paper| papers.insert(paper))
                );
                minted += 1;
                continue;
            }
            Err(reject) => reject.reason.as_str(),
        };
        *rejects.entry(reason).or_insert(0) += 1;
    }
    let told: BTreeMap<&str, u64> = told.into_iter().map(|(fault, n)| (fault.reason(), n)).collect();
    assert_eq!((minted, rejects), (5_000, told));
}
