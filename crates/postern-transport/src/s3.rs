//! What the environment says about S3.
//!
//! `object_store` puts what it finds there into URLs and headers, and panics where it does not fit. What is not plain is
//! refused before.

use object_store::ClientConfigKey::AllowHttp;
use object_store::aws::AmazonS3ConfigKey::{
    AccessKeyId, Client, Endpoint, Region, S3Endpoint, SecretAccessKey, SkipSignature, Token,
};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use reqwest::Url;

use crate::error::LocationFault;
use crate::location::{MAX_LEN, is_host};

/// The settings for a bucket, and whether they lead to HTTPS.
///
/// Keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` alone, unless `AWS_SKIP_SIGNATURE` says that none are
/// needed: nobody is asked for keys over the network, as a machine in a cloud would do.
pub(crate) fn from_environment(bucket: &str) -> Result<(AmazonS3Builder, bool), LocationFault> {
    let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    let get = |key| builder.get_config_value(&key);
    let signed = !get(SkipSignature).is_some_and(|value| is_true(&value));
    for (key, needed) in [
        (AccessKeyId, signed),
        (SecretAccessKey, signed),
        (Region, false),
        (Token, false),
    ] {
        match get(key) {
            Some(value) if value.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) => {
                return Err(LocationFault::Keys);
            }
            None if needed => return Err(LocationFault::Keys),
            _ => {}
        }
    }
    match get(S3Endpoint).or(get(Endpoint)) {
        Some(text) => {
            let may_be_plain = get(Client(AllowHttp)).is_some_and(|value| is_true(&value));
            let url = endpoint(&text, may_be_plain).ok_or(LocationFault::Endpoint)?;
            let secure = url.scheme() == "https";
            Ok((
                builder.with_config(S3Endpoint, url.as_str().trim_end_matches('/')),
                secure,
            ))
        }
        // The region is a part of the host then.
        None if get(Region).is_some_and(|region| !is_host(&region) || region.contains("xn--")) => {
            Err(LocationFault::Keys)
        }
        None => Ok((builder, true)),
    }
}

/// The store. Its own errors are not passed on: they repeat the settings.
pub(crate) fn build(builder: AmazonS3Builder) -> Result<AmazonS3, LocationFault> {
    builder.build().map_err(|_| LocationFault::Setting)
}

/// The URL of an endpoint, where it is one that can be used.
fn endpoint(text: &str, may_be_plain: bool) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_LEN)?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let allowed = url.scheme() == "https" || url.scheme() == "http" && may_be_plain;
    (bare && allowed && url.host_str().is_some_and(is_host)).then_some(url)
}

/// As `object_store` reads it.
fn is_true(value: &str) -> bool {
    ["1", "true", "on", "yes", "y"].contains(&value.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_bare_url_and_plain_only_where_that_is_allowed() {
        let text = |text, may_be_plain| endpoint(text, may_be_plain).map(String::from);
        assert_eq!(
            text("https://s3.city.example:9000", false).unwrap(),
            "https://s3.city.example:9000/"
        );
        assert_eq!(
            text("https:///s3%2ecity.example\\a\n", false).unwrap(),
            "https://s3.city.example/a"
        );
        assert_eq!(
            text("http://127.0.0.1:9000/a/", true).unwrap(),
            "http://127.0.0.1:9000/a/"
        );
        assert_eq!(text("http://127.0.0.1:9000", false), None);
        for bad in [
            "",
            "s3.city.example",
            "https://",
            "https://gate:worthless@s3.city.example",
            "https://s3.city.example/?token=worthless",
            "https://s3.city.example/#worthless",
            "https://s3 city.example",
            "https://s3.{city}.example",
            "ftp://s3.city.example",
            &format!("https://s3.city.example/{}", "a".repeat(MAX_LEN)),
        ] {
            assert_eq!(text(bad, true), None, "{bad:?}");
        }
    }
}
