//! The tag keys that were wrapped to this gate (`docs/FORMAT.md` section 3.8).

use postern_core::gates;
use postern_core::repository::Wanted;
use postern_core::tag::{SEALED_LEN, TagKey};
use postern_core::trust::{TagEpoch, Trust};
use postern_seal::Identity;
use postern_transport::Spool;

use crate::enrol::{self, AGE};
use crate::error::Error;
use crate::source::Source;
use crate::store::Store;

/// Fetches what the pack's epochs need and the store lacks, and keeps it wrapped; epochs that the pack no longer names are
/// dropped. A key that is not there was not wrapped to this gate, or not yet: that is no failure of the update.
pub(super) fn fetch(store: &mut Store, source: &Source, trust: &Trust, spool: &Spool) -> Result<(), Error> {
    let Some(pack) = trust.pack() else { return Ok(()) };
    let held = store.tags()?;
    let key = store.identity()?.key;
    let identity = enrol::plain_age(&store.file(AGE));
    let mut tags = Vec::new();
    for tag in &pack.payload().tags {
        let kept = held.iter().find(|(epoch, _)| *epoch == tag.epoch).map(|(_, file)| file);
        // Where the identity needs a passphrase, nobody can tell now which file opens: the medium's is taken each time.
        let good = |file: &Vec<u8>| identity.as_ref().is_none_or(|identity| opens(file, identity, tag));
        let file = match kept.filter(|file| identity.is_some() && good(file)) {
            Some(file) => Some(file.clone()),
            None => {
                let path = gates::wrapped_path(&key, tag.epoch);
                let wanted = Wanted {
                    path: &path,
                    max: gates::MAX_WRAPPED,
                    pin: None,
                };
                let fetched = source.read(wanted, spool).ok().flatten().filter(good);
                fetched.or_else(|| kept.filter(|_| identity.is_none()).cloned())
            }
        };
        tags.extend(file.map(|file| (tag.epoch, file)));
    }
    if tags != held {
        store.set_tags(&tags)?;
    }
    Ok(())
}

/// The tag key in a wrapped file, where it is the one that the pack commits to.
pub(crate) fn unwrap(file: &[u8], identity: &Identity, tag: &TagEpoch) -> Option<TagKey> {
    let sealed = postern_seal::open(file, identity, SEALED_LEN).ok()?;
    let key = TagKey::from_sealed_bytes(&sealed)?;
    (key.epoch() == tag.epoch && key.digest() == tag.digest.0).then_some(key)
}

fn opens(file: &[u8], identity: &Identity, tag: &TagEpoch) -> bool {
    unwrap(file, identity, tag).is_some()
}
