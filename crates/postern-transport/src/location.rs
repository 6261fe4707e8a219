//! Where a repository lies.

use std::fmt;
use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::error::{LocationFault, TransportError};

/// The most bytes of a URL. The path of a file is added, and the HTTP library takes 65,534 bytes.
pub(crate) const MAX_LEN: usize = 2048;

/// Where a repository lies: a folder, `http://…`, `https://…` or `s3://BUCKET/PREFIX`.
///
/// No secret can be in it: texts with a user, a password or a query (signed URLs have their signature there) are refused.
#[derive(Clone, PartialEq, Eq)]
pub struct Location(Kind);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A path of this machine.
    Path(PathBuf),
    /// Absolute, with a host, without a slash at its end.
    Http(Url),
    S3 {
        bucket: String,
        prefix: object_store::path::Path,
    },
}

impl Location {
    /// Reads a location: a URL with one of the three schemes, else a path. A name that looks like a URL is a path with
    /// `./` before it.
    ///
    /// # Errors
    ///
    /// [`TransportError::BadLocation`], without the text, which may have a secret in it.
    pub fn parse(text: &str) -> Result<Self, TransportError> {
        if text.is_empty() {
            return Err(LocationFault::Empty.into());
        }
        let Some(scheme) = scheme(text) else {
            return Ok(Self(Kind::Path(text.into())));
        };
        if text.len() > MAX_LEN {
            return Err(LocationFault::Url.into());
        }
        let url = Url::parse(text).map_err(|_| LocationFault::Url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LocationFault::Credentials.into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(LocationFault::Query.into());
        }
        match scheme {
            "http" | "https" => http(url),
            "s3" => s3(&url),
            _ => Err(LocationFault::Scheme.into()),
        }
    }

    /// The path, where the location is one of this machine: a folder, or a file such as a bundle.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Path(path) => Some(path),
            Kind::Http(_) | Kind::S3 { .. } => None,
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self(Kind::Path(path))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Path(path) => path.display().fmt(f),
            Kind::Http(url) => url.fmt(f),
            Kind::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// The scheme in lower case, where the text is a URL (RFC 3986 section 3.1): `name://`, or one of ours before a colon,
/// because `http:/user:password@host` is a slip that must not go on as the name of a file.
fn scheme(text: &str) -> Option<&'static str> {
    let (name, rest) = text.split_once(':')?;
    if let Some(ours) = ["http", "https", "s3"]
        .into_iter()
        .find(|s| s.eq_ignore_ascii_case(name))
    {
        return Some(ours);
    }
    let mut letters = name.bytes();
    let is_name = letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (is_name && rest.starts_with("//")).then_some("")
}

fn http(mut url: Url) -> Result<Location, TransportError> {
    if !url.host_str().is_some_and(is_host) {
        return Err(LocationFault::Host.into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(Location(Kind::Http(url)))
}

/// Whether the HTTP library takes a host that [`Url`] takes: a name or an address. The library panics where they differ.
pub(crate) fn is_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b) || address.is_some() && b == b':';
    !host.is_empty() && address.unwrap_or(host).bytes().all(allowed)
}

fn s3(url: &Url) -> Result<Location, TransportError> {
    // Names of old buckets are longer, and in large letters; the rest of the rules is the server's affair. A part in
    // Punycode, which they exclude, may be no host.
    let bucket = url.host_str().unwrap_or_default();
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let is_name = bucket.bytes().all(allowed) && bucket.starts_with(|c: char| c.is_ascii_alphanumeric());
    if url.port().is_some() || !(3..=255).contains(&bucket.len()) || !is_name || bucket.contains("xn--") {
        return Err(LocationFault::Bucket.into());
    }
    let prefix = object_store::path::Path::from_url_path(url.path()).map_err(|_| LocationFault::Url)?;
    Ok(Location(Kind::S3 {
        bucket: bucket.to_owned(),
        prefix,
    }))
}

#[cfg(test)]
mod tests {
    use object_store::client::{HttpRequest, HttpRequestBody};
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> LocationFault {
        match Location::parse(text) {
            Err(TransportError::BadLocation(fault)) => fault,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn paths_and_urls_are_told_apart() {
        for text in [
            "repository",
            "/srv/repository",
            "./http://x",
            "C:\\repository",
            "a:b",
            "../städte",
        ] {
            assert_eq!(Location::parse(text).unwrap().path(), Some(Path::new(text)), "{text}");
        }
        for (text, shown) in [
            ("http://city.example", "http://city.example/"),
            ("HTTP://City.Example:8080/a//", "http://city.example:8080/a"),
            ("https://city.example/repository/", "https://city.example/repository"),
            ("https://[::1]:8443/a%20b", "https://[::1]:8443/a%20b"),
            ("s3://city-health", "s3://city-health/"),
            ("s3://city-health/gates/2021/", "s3://city-health/gates/2021"),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.path(), None, "{text}");
            assert_eq!(location.to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_location_is_refused() {
        assert_eq!(fault(""), LocationFault::Empty);
        assert_eq!(fault("ftp://city.example/"), LocationFault::Scheme);
        assert_eq!(fault("file:///srv"), LocationFault::Scheme);
        assert_eq!(fault("http://"), LocationFault::Url);
        assert_eq!(fault("http://a b/"), LocationFault::Url);
        assert_eq!(fault("http://{city}.example/"), LocationFault::Host);
        assert_eq!(
            fault(&format!("http://city.example/{}", "a".repeat(MAX_LEN))),
            LocationFault::Url
        );
        assert_eq!(fault("https://city.example/?token=worthless"), LocationFault::Query);
        assert_eq!(fault("https://city.example/#worthless"), LocationFault::Query);
        for text in [
            "s3://",
            "s3:///a",
            "s3://ab",
            "s3://city:80/a",
            "s3://ci%74y/a",
            "s3://.city",
            "s3://xn--city",
        ] {
            assert_eq!(fault(text), LocationFault::Bucket, "{text}");
        }
        for text in ["s3://city/a//b", "s3://city/%2e%2e%2f%2e%2e/b"] {
            assert_eq!(fault(text), LocationFault::Url, "{text}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        for text in [
            "https://gate:worthless@city.example/",
            "http:/gate:worthless@city.example/",
            "s3://gate:worthless@city-health/",
            "ftp://gate:worthless@city.example/",
            "https://worthless@city.example/",
        ] {
            let error = Location::parse(text).unwrap_err();
            assert!(matches!(error, TransportError::BadLocation(LocationFault::Credentials)));
            assert!(!format!("{error} {error:?}").contains("worthless"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_location_is_a_uri_and_its_own_text(
            text in "(https?:|s3:)?(//)?(([a-zA-Z0-9.:@%-]|\\PC){0,9}[/?#]?){0,4}",
        ) {
            if let Ok(location) = Location::parse(&text) {
                let shown = location.to_string();
                prop_assert_eq!(&Location::parse(&shown).unwrap(), &location);
                if let Kind::Http(url) = location.kind() {
                    // The HTTP library's own type, which is stricter about hosts.
                    *HttpRequest::new(HttpRequestBody::empty()).uri_mut() = url.as_str().parse().unwrap();
                }
            }
        }
    }
}
