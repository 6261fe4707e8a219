use postern_core::demo;
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::text::Names;
use postern_core::trust::{Document, Keys, Root, RootRoles};

use super::*;

const MADE: Time = Time::saturating(1_790_000_000);
const LATER: Time = Time::saturating(1_800_000_000);

fn root(version: u64) -> Vec<u8> {
    let keys = |role| Keys::new(vec![demo::key(role, 0).public()], 1).unwrap();
    let root = Root {
        name: Names::new("Sample authority", "样本机构").unwrap(),
        roles: RootRoles {
            root: keys(Role::Root),
            snapshot: keys(Role::Snapshot),
            publisher: keys(Role::Publisher),
        },
        issued: MADE,
        expires: LATER,
        version,
    };
    let mut document = Document::draft(root);
    let entry = document.sign(&demo::key(Role::Root, 0)).unwrap();
    document.add_signature(entry);
    document.to_bytes()
}

fn judge(version: u64) -> Judge {
    Judge::new(Trust::pin(&root(version)).unwrap()).unwrap()
}

fn store(folder: &Path) -> Store {
    let identity = Identity {
        gate: "north-1".to_owned(),
        place: Some("东门".to_owned()),
        key: PrivateKey::from_seed(&[9; 32]).public(),
        made: MADE,
    };
    Store::create(folder, &identity, &root(1), MADE).unwrap();
    Store::open(folder).unwrap()
}

fn version(state: &State) -> u64 {
    state.judge.trust().root().payload().version
}

#[test]
fn what_was_made_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let identity = store.identity().unwrap();
    assert_eq!(
        (identity.gate.as_str(), identity.place.as_deref()),
        ("north-1", Some("东门"))
    );
    assert_eq!(
        (identity.key, identity.made),
        (PrivateKey::from_seed(&[9; 32]).public(), MADE)
    );
    let state = store.state().unwrap();
    assert_eq!((version(&state), state.floor), (1, MADE));
    assert!(store.previous().unwrap().is_none());
}

#[test]
fn an_advance_keeps_what_was_before_and_has_a_floor_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path());
    let seen = Store::open(folder.path()).unwrap();
    let change = seen.change().unwrap();
    let (before, after) = store
        .advance(LATER, LATER, |_| Ok::<_, StoreError>(Some(judge(2))))
        .unwrap();
    let after = after.unwrap();
    assert_eq!((version(&before), version(&after), after.floor), (1, 2, LATER));
    assert_ne!(seen.change().unwrap(), change, "others notice");
    let state = seen.state().unwrap();
    assert_eq!((version(&state), state.floor, state.installed), (2, LATER, LATER));
    assert_eq!(version(&seen.previous().unwrap().unwrap()), 1);
    // A floor that a wrong date has set goes with the generation that it came with.
    store
        .advance(MADE, MADE, |_| Ok::<_, StoreError>(Some(judge(3))))
        .unwrap();
    assert_eq!(store.state().unwrap().floor, MADE);
    assert_eq!(version(&store.previous().unwrap().unwrap()), 2);
}

#[test]
fn an_advance_that_fails_or_has_nothing_new_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path());
    let bytes = || std::fs::read(folder.path().join(TRUST)).unwrap();
    let before = bytes();
    let failed = store.advance(LATER, LATER, |_| {
        Err(StoreError::NotAStore {
            path: PathBuf::from("made up"),
        })
    });
    assert!(failed.is_err());
    let (_, after) = store.advance(LATER, LATER, |_| Ok::<_, StoreError>(None)).unwrap();
    assert!(after.is_none());
    assert_eq!(bytes(), before);
    // And it has let go.
    let mut other = Store::open(folder.path()).unwrap();
    other
        .advance(LATER, LATER, |_| Ok::<_, StoreError>(Some(judge(2))))
        .unwrap();
}

#[test]
fn only_nothing_is_new() {
    let folder = tempfile::tempdir().unwrap();
    assert!(must_be_new(&folder.path().join("x")).is_ok());
    assert!(matches!(must_be_new(folder.path()), Err(StoreError::Exists { .. })));
}
