//! The keys that this gate can open: its own, and the tag keys, with which a document is compared with a code and entered without its
//! number.

use postern_core::keys::PrivateKey;
use postern_core::tag::TagKey;
use postern_core::time::Time;
use postern_core::trust::TagEpoch;
use postern_seal::Identity;

use crate::judged::Gate;
use crate::store::{Store, StoreError};
use crate::update::tags;

/// The keys of the epochs that the pack names, opened; zeroed when dropped.
#[derive(Default)]
pub(crate) struct Keys {
    /// `None` where the gate's identity cannot be opened: then documents are compared by people.
    identity: Option<Identity>,
    open: Vec<(TagEpoch, TagKey)>,
    /// The gate's own key, until the log has it; `None` where it cannot be opened.
    signer: Option<PrivateKey>,
}

impl Keys {
    /// Keys that this identity opens, and the gate's own.
    pub(crate) fn new(identity: Option<Identity>, signer: Option<PrivateKey>) -> Self {
        Self {
            identity,
            open: Vec::new(),
            signer,
        }
    }

    /// The gate's own key, once: it signs the checkpoints of the log.
    pub(crate) fn take_signer(&mut self) -> Option<PrivateKey> {
        self.signer.take()
    }

    /// Opens what the store holds for the epochs of the gate's pack.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub(crate) fn open(&mut self, store: &Store, gate: &Gate) -> Result<(), StoreError> {
        let (Some(identity), Some(pack)) = (&self.identity, gate.trust().pack()) else {
            return Ok(());
        };
        let held = store.tags()?;
        self.open.clear();
        for epoch in &pack.payload().tags {
            let file = held.iter().find(|(number, _)| *number == epoch.epoch);
            let key = file.and_then(|(_, file)| tags::unwrap(file, identity, epoch));
            self.open.extend(key.map(|key| (*epoch, key)));
        }
        Ok(())
    }

    /// The key of an epoch, which a tag names.
    pub(crate) fn of_epoch(&self, epoch: u8) -> Option<&TagKey> {
        self.open.iter().find(|(of, _)| of.epoch == epoch).map(|(_, key)| key)
    }

    /// The key of the newest epoch that holds now: what a document without a code is entered under.
    pub(crate) fn newest(&self, now: Time) -> Option<&TagKey> {
        self.open
            .iter()
            .filter(|(epoch, _)| epoch.from <= now && now <= epoch.until)
            .max_by_key(|(epoch, _)| epoch.from)
            .map(|(_, key)| key)
    }
}
