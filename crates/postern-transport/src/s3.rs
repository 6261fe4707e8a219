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

/// The settings for a bucket, and whether they lead to HTTPS.
///
/// Keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` alone, unless `AWS_SKIP_SIGNATURE` says that none are
/// needed: nobody is asked for keys over the network, as a machine in a cloud would do.
pub(crate) fn from_environment(bucket: &str) -> Result<(AmazonS3Builder, bool), LocationFault> {
    let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    let get = |key| builder.get_config_value(&key);
    let signed = !get(SkipSignature).is_some_and(|value| is_true(&value));
    for (key, needed) in [(AccessKeyId, signed), (SecretAccessKey, signed), (Region, false), (Token, false)] {
        match get(key) {
            Some(value) if value.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) => {
                return Err(LocationFault::Keys);
            }
            None if needed => return Err(LocationFault::Keys),
            _ => {}
        }
    }
    let secure = match get(S3Endpoint).or(get(Endpoint)) {
        Some(endpoint) => {
            let may_be_plain = get(Client(AllowHttp)).is_some_and(|value| is_true(&value));
            is_https(&endpoint, may_be_plain).ok_or(LocationFault::Endpoint)?
        }
        // A host is made of the region.
        None if get(Region).is_some_and(|region| !region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')) => {
            return Err(LocationFault::Keys);
        }
        None => true,
    };
    Ok((builder, secure))
}

/// The store. Its own errors are not passed on: they repeat the settings.
pub(crate) fn build(builder: AmazonS3Builder) -> Result<AmazonS3, LocationFault> {
    builder.build().map_err(|_| LocationFault::Setting)
}

/// Whether an endpoint has HTTPS, or `None` where it is not to be used.
fn is_https(endpoint: &str, may_be_plain: bool) -> Option<bool> {
    let url = Url::parse(endpoint).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    // The text itself is used, not what `Url` makes of it.
    let plain = endpoint.bytes().all(|b| b.is_ascii_graphic()) && endpoint.contains("://");
    match url.scheme() {
        _ if !bare || !plain => None,
        "https" => Some(true),
        "http" if may_be_plain => Some(false),
        _ => None,
    }
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
        assert_eq!(is_https("https://s3.city.example:9000", false), Some(true));
        assert_eq!(is_https("http://127.0.0.1:9000/", true), Some(false));
        assert_eq!(is_https("http://127.0.0.1:9000", false), None);
        for endpoint in [
            "",
            "s3.city.example",
            "https:s3.city.example",
            "https://",
            "https://gate:worthless@s3.city.example",
            "https://s3.city.example/?token=worthless",
            "https://s3.city.example\n",
            "https://s3 city.example",
            "ftp://s3.city.example",
        ] {
            assert_eq!(is_https(endpoint, true), None, "{endpoint:?}");
        }
    }
}
