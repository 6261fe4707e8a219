//! The ledgers of a list, all shards together: who holds which place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use postern_cli::Session;
use postern_core::text::Ident;
use postern_core::time::Time;

use super::error::StatusError;
use super::register::{MAX_PLACES, Meta};
use super::reject::Reason;
use crate::error::IssuerError;
use crate::mint::ledger::{Ended, Held, LedgerError, Locator, Owner, Reader, Summary, Which};
use crate::mint::shard::Shard;

/// So many people are looked up on one thread, at least: fewer are not worth another.
const SHARE: usize = 1 << 15;

/// Ledgers of one issuer and one order of places. They are opened when they are asked: a city may have thousands.
pub(crate) struct Ledgers {
    /// By shards: where it lies, and how many codes it has.
    all: BTreeMap<u16, (PathBuf, u64)>,
    of: Of,
    locator: Locator,
}

/// Whose ledgers they are, and in what order their places are given.
#[derive(Clone, Debug)]
pub(crate) struct Of {
    owner: Owner,
    places: u64,
    order: String,
    shards: u16,
}

impl Ledgers {
    /// Looks at ledgers, at least one; says which shards are missing.
    pub(crate) fn open(paths: &[PathBuf], session: &Session) -> Result<Self, IssuerError> {
        let paths = crate::desk::of_one_issuer(paths, session)?;
        let mut all = BTreeMap::new();
        let mut first = None;
        for path in paths {
            let reader = Reader::open(path)?;
            let summary = reader.summary(0)?;
            let (path, shard) = (path.to_owned(), summary.shard.number());
            if all.insert(shard, (path.clone(), summary.codes)).is_some() {
                return Err(StatusError::ShardTwice { path, shard }.into());
            }
            if first.is_none() {
                first = Some((summary, reader.locator()?));
            }
        }
        let (summary, locator) = first.expect("clap asks for a ledger");
        let of = Of::new(&summary);
        Ok(Self { all, of, locator })
    }

    /// What a register of these ledgers says of itself.
    pub(crate) fn meta(&self, list: &Ident, issuer: &str, most: Option<u64>) -> Result<Meta, StatusError> {
        let Of {
            owner,
            places: of_ledgers,
            order,
            shards,
        } = self.of.clone();
        let places = Some(of_ledgers).filter(|places| *places <= MAX_PLACES);
        let places = places.and_then(|places| u32::try_from(places).ok());
        Ok(Meta {
            list: list.clone(),
            issuer: issuer.to_owned(),
            authority: owner.authority,
            places: places.ok_or(StatusError::ListTooLong { places: of_ledgers })?,
            shards,
            order,
            most,
        })
    }

    /// That a register is of these ledgers.
    pub(crate) fn must_be_of(&self, meta: &Meta, register: &Path) -> Result<(), StatusError> {
        self.of.must_be_of(meta, register)
    }

    /// How many codes each shard has.
    pub(crate) fn codes(&self) -> Vec<(u16, u64)> {
        self.all.iter().map(|(shard, (_, codes))| (*shard, *codes)).collect()
    }

    /// Whether a code of these ledgers stands at a place. A free one must not get a status: it would be that of a person who
    /// is not there yet.
    pub(crate) fn has_code_at(&self, index: u32) -> bool {
        let found = self.locator.code_at(index);
        found.is_some_and(|(shard, counter)| self.all.get(&shard).is_some_and(|(_, codes)| counter < *codes))
    }

    /// Hands the codes of each of these people to `each`, the oldest first, with the id's number in `ids`; none where the
    /// ledgers do not know the id.
    pub(crate) fn held(&self, ids: &[&str], mut each: impl FnMut(usize, &[Held])) -> Result<(), LedgerError> {
        let mut of_shard: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (i, id) in ids.iter().enumerate() {
            of_shard
                .entry(Shard::number_for(id, self.of.shards))
                .or_default()
                .push(i);
        }
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = SHARE.max(ids.len().div_ceil(threads));
        let jobs = of_shard
            .iter()
            .filter_map(|(shard, ids)| Some((&self.all.get(shard)?.0, ids)));
        let jobs: Vec<_> = jobs
            .flat_map(|(path, ids)| ids.chunks(share).map(move |ids| (path, ids)))
            .collect();
        let mut found = Vec::with_capacity(ids.len());
        for jobs in jobs.chunks(threads) {
            let looked_up: Vec<_> = thread::scope(|scope| {
                let begun = jobs
                    .iter()
                    .map(|(path, of)| scope.spawn(move || look_up(path, ids, of)));
                let begun: Vec<_> = begun.collect();
                begun.into_iter().map(|job| job.join()).collect()
            });
            for codes in looked_up {
                found.extend(codes.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
        }
        found.sort_unstable_by_key(|(id, held)| (*id, held.counter));
        let mut rest = found.as_slice();
        let mut codes = Vec::new();
        for id in 0..ids.len() {
            let (of_id, others) = rest.split_at(rest.iter().take_while(|(of, _)| *of == id).count());
            rest = others;
            codes.clear();
            codes.extend(of_id.iter().map(|(_, held)| *held));
            each(id, &codes);
        }
        Ok(())
    }

    /// The places of all codes that the person of a place ever had; none where no code of these ledgers stands there.
    pub(crate) fn of_same_person(&self, index: u32) -> Result<Vec<u32>, LedgerError> {
        let found = self.locator.code_at(index);
        let found = found.and_then(|(shard, counter)| Some((self.all.get(&shard)?, counter)));
        let Some(((path, _), counter)) = found else {
            return Ok(Vec::new());
        };
        match Reader::open(path)?.entry(counter)? {
            Some(entry) => self.of_person(&entry.id),
            None => Ok(Vec::new()),
        }
    }

    /// The places of all codes that a person ever had; none where the ledgers do not know the id.
    pub(crate) fn of_person(&self, id: &str) -> Result<Vec<u32>, LedgerError> {
        let mut places = Vec::new();
        self.held(&[id], |_, codes| places.extend(codes.iter().map(|code| code.index)))?;
        Ok(places)
    }

    /// Hands each place whose code was replaced to `each`, with the place of what came; a place comes as a successor before
    /// it comes as a predecessor.
    pub(crate) fn each_replaced(&self, mut each: impl FnMut(u32, u32)) -> Result<(), LedgerError> {
        self.all
            .values()
            .try_for_each(|(path, _)| Reader::open(path)?.each_replaced(&mut each))
    }

    /// Hands every code to `each` whose place is to be set invalid, with the reason.
    pub(crate) fn superseded(&self, mut each: impl FnMut(u32, Ended)) -> Result<(), LedgerError> {
        for (path, _) in self.all.values() {
            let reader = Reader::open(path)?;
            let mut codes = Vec::new();
            reader.each(Which::Invalid, |found| {
                codes.push((found.entry.counter, found.entry.index));
                true
            })?;
            for (counter, index) in codes {
                // What is listed was replaced; where the ledger changes meanwhile it is asked again the next day.
                if let Some(reason) = reader.ended(counter)? {
                    each(index, reason);
                }
            }
        }
        Ok(())
    }
}

impl Of {
    pub(crate) fn new(ledger: &Summary) -> Self {
        Self {
            owner: ledger.owner.clone(),
            places: ledger.places,
            order: ledger.order.clone(),
            shards: ledger.shard.of(),
        }
    }

    /// That a register is of these ledgers: a place in it is the one that they mean.
    pub(crate) fn must_be_of(&self, meta: &Meta, register: &Path) -> Result<(), StatusError> {
        let other = |what, is: String, wanted: String| {
            let path = register.to_owned();
            Err(StatusError::Other { path, what, is, wanted })
        };
        let hex = postern_core::hex;
        let order = |order: &str, places: u64, of: u16| format!("{order} {places}/{of}");
        let is = order(&meta.order, meta.places.into(), meta.shards);
        let wanted = order(&self.order, self.places, self.shards);
        match () {
            () if meta.authority != self.owner.authority => {
                other("authority", hex(&meta.authority), hex(&self.owner.authority))
            }
            () if meta.issuer != self.owner.issuer => other("issuer", meta.issuer.clone(), self.owner.issuer.clone()),
            () if is != wanted => other("ledgers", is, wanted),
            () => Ok(()),
        }
    }
}

/// The places of the codes that can still be shown at a gate.
pub(crate) fn in_force(codes: &[Held], at: Time) -> Result<Vec<u32>, Reason> {
    let places: Vec<u32> = codes
        .iter()
        .filter(|code| code.in_force(at))
        .map(|code| code.index)
        .collect();
    match (places.is_empty(), codes.is_empty()) {
        (false, _) => Ok(places),
        (true, true) => Err(Reason::IdUnknown),
        (true, false) => Err(Reason::NothingInForce),
    }
}

/// The codes of some of the people, each with the id's number.
fn look_up(ledger: &Path, ids: &[&str], of: &[usize]) -> Result<Vec<(usize, Held)>, LedgerError> {
    let names: Vec<&str> = of.iter().map(|id| ids[*id]).collect();
    let mut found = Vec::with_capacity(of.len());
    Reader::open(ledger)?.held(&names, |at, codes| {
        found.extend(codes.iter().map(|code| (of[at], *code)))
    })?;
    Ok(found)
}
