use proptest::prelude::*;

use super::*;

fn answer(status: u16, headers: &[(&'static str, &str)]) -> HttpResponse {
    let mut answer = HttpResponse::new(Vec::from(b"made up").into());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        answer.headers_mut().insert(*name, value.parse().unwrap());
    }
    answer
}

/// The size that is told, or the fault.
fn outcome(wanted: Option<RangeInclusive<u64>>, answer: HttpResponse) -> Result<Option<u64>, Fault> {
    pass(wanted, answer).map(|answer| answer.extensions().get::<Size>().unwrap().0)
}

#[test]
fn a_whole_file_passes_with_the_length_that_it_tells() {
    assert_eq!(outcome(None, answer(200, &[("content-length", "7")])), Ok(Some(7)));
    assert_eq!(outcome(None, answer(200, &[])), Ok(None));
    assert_eq!(outcome(None, answer(200, &[("content-length", "-7")])), Ok(None));
    assert_eq!(
        outcome(None, answer(206, &[("content-range", "bytes 0-6/7")])),
        Err(Fault::Malformed)
    );
    assert_eq!(outcome(None, answer(204, &[])), Err(Fault::Malformed));
    assert_eq!(outcome(None, answer(416, &[])), Err(Fault::Status(416)));
}

#[test]
fn only_headers_that_were_checked_pass() {
    let headers = [
        ("etag", "\"1\""),
        ("last-modified", "yesterday"),
        ("x-amz-meta-a", "b"),
        ("content-length", "7"),
    ];
    let passed = pass(None, answer(200, &headers)).unwrap();
    let names: Vec<_> = passed.headers().keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["content-length"]);
}

#[test]
fn a_part_passes_where_it_is_the_one_that_was_asked_for() {
    let part = |range| outcome(Some(4..=9), answer(206, &[("content-range", range)]));
    assert_eq!(part("bytes 4-9/10"), Ok(Some(10)));
    assert_eq!(part("bytes 4-9/11"), Ok(Some(11)));
    // The file is shorter than was thought.
    assert_eq!(part("bytes 4-7/8"), Ok(Some(8)));
    for (range, size) in [
        ("bytes 0-9/10", Some(10)),
        ("bytes 3-9/10", Some(10)),
        ("bytes 5-9/10", Some(10)),
        ("bytes 4-8/10", Some(10)),
        ("bytes 4-10/11", Some(11)),
        ("bytes 4-9/*", None),
        ("bytes 4-9/9", None),
        ("bytes 9-4/10", None),
        ("bytes */10", None),
        ("bytes 0-18446744073709551615/18446744073709551615", None),
        ("bytes 4-18446744073709551616/10", None),
        ("items 4-9/10", None),
        ("bytes", None),
        ("", None),
    ] {
        assert_eq!(part(range), Err(Fault::OtherRange { size }), "{range}");
    }
}

#[test]
fn an_answer_that_knows_nothing_of_ranges_is_told_from_a_refusal() {
    let wanted = Some(4..=9);
    let whole = answer(200, &[("content-length", "7")]);
    assert_eq!(outcome(wanted.clone(), whole), Err(Fault::OtherRange { size: Some(7) }));
    assert_eq!(
        outcome(wanted.clone(), answer(206, &[])),
        Err(Fault::OtherRange { size: None })
    );
    assert_eq!(
        outcome(wanted.clone(), answer(416, &[])),
        Err(Fault::OtherRange { size: None })
    );
    assert_eq!(outcome(wanted, answer(404, &[])), Err(Fault::Status(404)));
}

#[test]
fn what_passes_by_itself_is_tried_again() {
    for (status, again) in [
        (403, false),
        (404, false),
        (408, true),
        (429, true),
        (500, true),
        (503, true),
    ] {
        assert_eq!(kind(Fault::Status(status)) == HttpErrorKind::Request, again, "{status}");
    }
}

#[test]
fn an_error_is_found_below_those_that_wrap_it() {
    let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let error = HttpError::new(HttpErrorKind::Connect, io::Error::other(io::Error::other(tls)));
    assert!(matches!(Failure::of(&error), Failure::Tls(why) if why.contains("UnknownIssuer")));
    let error = HttpError::new(HttpErrorKind::Unknown, Fault::Redirect);
    assert!(matches!(Failure::of(&error), Failure::Fault(Fault::Redirect)));
    let error = HttpError::new(HttpErrorKind::Unknown, io::Error::other("made up"));
    assert!(matches!(Failure::of(&error), Failure::Other(why) if why == "made up"));
}

proptest! {
    #[test]
    fn no_range_is_added_to_a_part_that_does_not_follow_it(
        first in 0_u64..20, last in 0_u64..20, start in 0_u64..20, end in 0_u64..20, size in 0_u64..20,
    ) {
        let text = format!("bytes {start}-{end}/{size}");
        let passed = outcome(Some(first..=last), answer(206, &[("content-range", &text)]));
        let follows = start == first && end == last.min(size.wrapping_sub(1)) && start <= end && end < size;
        prop_assert_eq!(passed == Ok(Some(size)), follows);
    }

    #[test]
    fn no_header_is_too_strange(range in "[ -~]{0,40}", length in "[ -~]{0,25}", status in 200_u16..600) {
        let headers = [("content-range", range.as_str()), ("content-length", length.as_str())];
        let _ = outcome(Some(0..=u64::MAX - 1), answer(status, &headers));
        let _ = outcome(None, answer(status, &headers));
    }
}
