//! Which codes people hold, for many people at once, and who holds a place.
//!
//! A daily file names a million people in no order. Looked up one by one as they come, each would cost a page of the index
//! and one of the table, wherever they lie; sorted, both are read once, from their beginning to their end.

use std::collections::HashMap;

use postern_core::time::Time;
use rusqlite::{Connection, Row};

use super::super::super::permutation::Permutation;
use super::super::super::shard::Shard;
use super::super::{Ended, LedgerError, integer, schema};
use super::{Reader, time};

const COUNTERS: &str = "SELECT counter FROM main.codes WHERE id = ?1";
const HELD: &str = "\
SELECT c.status_index, c.expires, r.by, r.reason FROM main.codes c LEFT JOIN main.replaced r ON r.counter = c.counter
WHERE c.counter = ?1";
const HAS_INDEX: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'codes_id'";

/// A code that a person holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number in the ledger.
    pub counter: u64,
    /// Its place in the status list.
    pub index: u32,
    /// When it expires.
    pub expires: Time,
    /// Whether something came in its place, at once or after renewals, for another reason than that it expires: what
    /// [`super::Which::Invalid`] lists.
    pub superseded: bool,
}

impl Held {
    /// Whether it can still be shown at a gate at this time, as far as the ledger knows.
    pub fn in_force(&self, at: Time) -> bool {
        !self.superseded && at <= self.expires
    }
}

/// Tells whose a place is.
pub struct Locator {
    permutation: Permutation,
    shard: Shard,
}

impl Locator {
    /// The shard, and the number in its ledger, of the code at a place of the status list, if there is one; `None` where
    /// the list has no such place.
    pub fn code_at(&self, index: u32) -> Option<(u16, u64)> {
        let place = self.permutation.number_at(index)?;
        Some(Shard::of_place(place, self.shard.of()))
    }

    /// The place of a code of this ledger, by its number; `None` where the list has none for it.
    pub fn index_of(&self, counter: u64) -> Option<u32> {
        self.permutation.at(self.shard.place(counter))
    }
}

impl Reader {
    /// Hands the codes of each of these ids to `each`, the oldest first, with the id's number in `ids`; none where the
    /// ledger does not know the id. The ids come in no order, each as often as it stands in `ids`.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn held(&self, ids: &[&str], mut each: impl FnMut(usize, &[Held])) -> Result<(), LedgerError> {
        let mut held = self.sql(|conn| {
            // One transaction: else each look-up locks the file anew.
            let tx = conn.unchecked_transaction()?;
            let mut codes = match tx.query_row(HAS_INDEX, [], |row| row.get(0))? {
                // It is missing while a mint is interrupted, or goes on.
                0 => read_through(&tx, ids)?,
                _ => look_up(&tx, ids)?,
            };
            codes.sort_unstable_by_key(|(_, counter)| *counter);
            let mut statement = tx.prepare_cached(HELD)?;
            let all = codes.iter().map(|(id, counter)| {
                Ok((
                    *id,
                    statement.query_row([integer(*counter)], |row| read(*counter, row))?,
                ))
            });
            all.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        held.sort_unstable_by_key(|(id, (held, _))| (*id, held.counter));
        let mut codes = Vec::new();
        let mut rest = held.as_slice();
        for id in 0..ids.len() {
            let (of_id, others) = rest.split_at(rest.iter().take_while(|(of, _)| *of == id).count());
            rest = others;
            codes.clear();
            codes.extend(of_id.iter().map(|(_, (held, _))| *held));
            follow(&mut codes, of_id.iter().map(|(_, (_, next))| *next));
            each(id, &codes);
        }
        Ok(())
    }

    /// What tells whose a place of this ledger's status list is.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn locator(&self) -> Result<Locator, LedgerError> {
        let meta = self.sql(schema::meta)?;
        Ok(Locator {
            permutation: Permutation::new(&meta.key, meta.capacity),
            shard: meta.shard,
        })
    }
}

/// What came in a code's place: its number and why.
type Next = Option<(u64, Ended)>;

fn read(counter: u64, row: &Row<'_>) -> rusqlite::Result<(Held, Next)> {
    let by = row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs);
    let next = match by {
        Some(by) => Some((by, Ended::from_row(row, 3)?)),
        None => None,
    };
    let held = Held {
        counter,
        index: row.get(0)?,
        expires: time(row, 1)?,
        superseded: next.is_some_and(|(_, reason)| reason != Ended::Renewed),
    };
    Ok((held, next))
}

/// A code that was renewed is superseded where the one in its place is. What comes in a code's place has a higher number.
fn follow(codes: &mut [Held], next: impl DoubleEndedIterator<Item = Next> + ExactSizeIterator) {
    for (i, next) in next.enumerate().rev() {
        if let Some((by, Ended::Renewed)) = next {
            let newer = codes[i + 1..].iter().find(|held| held.counter == by);
            codes[i].superseded = newer.is_some_and(|held| held.superseded);
        }
    }
}

/// The numbers of the codes of ids, from the index of ids.
fn look_up(conn: &Connection, ids: &[&str]) -> rusqlite::Result<Vec<(usize, u64)>> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    // The index does not tell small letters from capital ones; this order is only near to its, which is enough.
    order.sort_unstable_by_key(|id| ids[*id]);
    let mut statement = conn.prepare_cached(COUNTERS)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in order {
        let mut rows = statement.query([ids[id]])?;
        while let Some(row) = rows.next()? {
            found.push((id, row.get(0).map(i64::unsigned_abs)?));
        }
    }
    Ok(found)
}

/// As [`look_up`], from the ledger itself.
fn read_through(conn: &Connection, ids: &[&str]) -> rusqlite::Result<Vec<(usize, u64)>> {
    let mut wanted: HashMap<String, Vec<usize>> = HashMap::with_capacity(ids.len());
    for (i, id) in ids.iter().enumerate() {
        wanted.entry(id.to_ascii_lowercase()).or_default().push(i);
    }
    let mut statement = conn.prepare_cached("SELECT id, counter FROM main.codes")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let counter = row.get(1).map(i64::unsigned_abs)?;
        let of_id = wanted.get(&row.get_ref(0)?.as_str()?.to_ascii_lowercase());
        found.extend(of_id.into_iter().flatten().map(|id| (*id, counter)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use postern_core::demo;
    use postern_core::keys::{Role, Signer};

    use super::super::super::{Entry, Ledger, Wanted};
    use super::*;

    /// A ledger of twelve people with one code each, and its path.
    fn ledger(folder: &tempfile::TempDir) -> (Ledger, std::path::PathBuf) {
        let path = folder.path().join("ledger.db");
        let owner = super::super::Owner {
            issuer: "west".to_owned(),
            authority: [7; 32],
        };
        let wanted = Wanted {
            may_make: true,
            capacity: Some(100),
            shard: Shard::WHOLE,
            key: [9; 32],
        };
        let mut ledger = Ledger::open(&path, &owner, wanted).unwrap();
        let key = demo::key(Role::Code, 0).public();
        ledger.note_key(&key, Time::saturating(5)).unwrap();
        for person in 0..12 {
            add(&mut ledger, &format!("P-{person}"));
        }
        ledger.index_ids().unwrap();
        (ledger, path)
    }

    fn add(ledger: &mut Ledger, id: &str) -> u64 {
        let place = ledger.places().next().unwrap();
        let entry = Entry {
            counter: place.counter,
            id: id.to_owned(),
            content: [1; 16],
            index: place.index,
            issued: Time::saturating(100),
            expires: Time::saturating(200 + place.counter as i64),
            code: vec![1],
        };
        ledger.begin().unwrap();
        ledger.add(&entry, Time::saturating(150)).unwrap();
        ledger.commit().unwrap();
        place.counter
    }

    fn replace(ledger: &mut Ledger, id: &str, old: u64, reason: Ended) -> u64 {
        let by = add(ledger, id);
        ledger.replace(old, by, reason, Time::saturating(160)).unwrap();
        by
    }

    fn held(reader: &Reader, ids: &[&str]) -> Vec<Vec<(u64, bool)>> {
        let mut all = Vec::new();
        let each = |id: usize, codes: &[Held]| {
            assert_eq!(id, all.len(), "ids come as they were given");
            all.push(codes.iter().map(|code| (code.counter, code.superseded)).collect());
        };
        reader.held(ids, each).unwrap();
        all
    }

    #[test]
    fn the_codes_of_many_people_with_and_without_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let (mut ledger, path) = ledger(&folder);
        let lost = replace(&mut ledger, "P-3", 3, Ended::Lost);
        let renewed = replace(&mut ledger, "P-4", 4, Ended::Renewed);
        let ids = ["p-3", "P-11", "nobody", "P-4", "P-3"];
        let expected = [
            vec![(3, true), (lost, false)],
            vec![(11, false)],
            vec![],
            vec![(4, false), (renewed, false)],
            vec![(3, true), (lost, false)],
        ];
        let reader = Reader::open(&path).unwrap();
        assert_eq!(held(&reader, &ids), expected);
        ledger.expect(1_000).unwrap();
        assert_eq!(held(&reader, &ids), expected, "while a mint goes on");
        assert_eq!(held(&reader, &[]), Vec::<Vec<_>>::new());
    }

    /// It must say what `ledger export --which invalid` says, whatever the codes went through.
    #[test]
    fn superseded_is_what_is_to_be_set_invalid() {
        use Ended::{Changed, Damaged, Lost, Renewed, Stolen};
        let folder = tempfile::tempdir().unwrap();
        let (mut ledger, path) = ledger(&folder);
        let histories: [&[Ended]; 7] = [
            &[],
            &[Renewed],
            &[Renewed, Renewed],
            &[Lost, Renewed],
            &[Renewed, Stolen],
            &[Renewed, Changed, Renewed, Renewed],
            &[Damaged, Renewed, Renewed, Lost, Renewed],
        ];
        for (person, history) in histories.iter().enumerate() {
            let (id, mut code) = (format!("P-{person}"), person as u64);
            for reason in *history {
                code = replace(&mut ledger, &id, code, *reason);
            }
        }
        let reader = Reader::open(&path).unwrap();
        let mut invalid = BTreeMap::new();
        let each = |found: super::super::Found| {
            invalid.insert(found.entry.counter, found.entry.index);
            true
        };
        reader.each(super::super::Which::Invalid, each).unwrap();
        assert_eq!(invalid.len(), 9);
        let ids: Vec<String> = (0..12).map(|person| format!("P-{person}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut said = BTreeMap::new();
        let each = |_, codes: &[Held]| said.extend(codes.iter().map(|code| (code.counter, *code)));
        reader.held(&ids, each).unwrap();
        for (counter, code) in said {
            let listed = invalid.get(&counter);
            assert_eq!(code.superseded, listed.is_some(), "code {counter}");
            assert_eq!(reader.ended(counter).unwrap().is_some(), listed.is_some());
            assert!(listed.is_none_or(|index| *index == code.index));
            assert_eq!(reader.index(counter).unwrap(), Some(code.index));
        }
        assert_eq!(
            reader.ended(4).unwrap(),
            Some(Stolen),
            "the reason that ends it, not the renewal before"
        );
    }

    #[test]
    fn a_place_leads_to_its_code() {
        let folder = tempfile::tempdir().unwrap();
        let (_ledger, path) = ledger(&folder);
        let reader = Reader::open(&path).unwrap();
        let locator = reader.locator().unwrap();
        for counter in 0..12 {
            let index = reader.index(counter).unwrap().unwrap();
            assert_eq!(
                (locator.code_at(index), locator.index_of(counter)),
                (Some((1, counter)), Some(index))
            );
        }
        assert_eq!((locator.code_at(100), locator.index_of(100)), (None, None));
    }

    #[test]
    fn a_code_is_in_force_up_to_its_last_second() {
        let code = |superseded| Held {
            counter: 0,
            index: 0,
            expires: Time::saturating(200),
            superseded,
        };
        let at = |seconds| code(false).in_force(Time::saturating(seconds));
        assert_eq!([at(199), at(200), at(201)], [true, true, false]);
        assert!(!code(true).in_force(Time::saturating(100)));
    }
}
