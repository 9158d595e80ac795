//! The storage contract (docs/architecture.md), on SQLite and again on PostgreSQL.

mod certificates;
#[cfg(feature = "postgres")]
mod commit;
mod data;
mod dead;
mod doors;
mod durable;
mod growth;
mod migrations;
#[cfg(feature = "postgres")]
mod mingle;
mod once;
#[cfg(feature = "postgres")]
pub mod proxy;
mod sweep;
mod tables;

use hufu::spec::{
    ApplicationId, ClientId, CredentialDigest, GrantId, NumberDigest, PasskeyId, PersonId, PersonKeyId, SessionId,
    ShownDigest, SpentId, SubDigest, Timestamp, TokenHash,
};
use hufu::store::applications::ApplicationRow;
use hufu::store::consents::ConsentRow;
use hufu::store::passkeys::PasskeyRow;
use hufu::store::persons::PersonRow;
use hufu::store::sessions::SessionRow;
use hufu::store::{Store, StoreError, grants, spent};
use std::sync::{Arc, Condvar, Mutex};

/// An instant in 2026.
const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

fn sixteen(number: u32) -> [u8; 16] {
    let mut bytes = [0xff; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn thirty_two(number: u32) -> [u8; 32] {
    let mut bytes = [0xee; 32];
    bytes[28..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn spent_id(number: u32) -> SpentId {
    SpentId::from_bytes(sixteen(number))
}

fn grant_id(number: u32) -> GrantId {
    GrantId::from_bytes(sixteen(number))
}

fn person_id(number: u32) -> PersonId {
    PersonId::from_bytes(sixteen(number))
}

fn person(number: u32) -> PersonRow {
    PersonRow {
        id: person_id(number),
        number_digest: NumberDigest::from_bytes(thirty_two(number)),
        sealed: vec![1, 2, 3],
        state: "active".to_owned(),
        pin_hash: None,
        totp: None,
        totp_step: 0,
        version: 1,
        created_hour: NOW.hour(),
        unique_digest: None,
        key_id: PersonKeyId::from_bytes(sixteen(number)),
    }
}

fn application(id: ApplicationId) -> ApplicationRow {
    ApplicationRow {
        id,
        secret_hash: TokenHash::from_bytes([6; 32]),
        sealed: vec![1],
        image: Some(vec![2]),
        version: 0,
    }
}

fn passkey(number: u32, person: u32) -> PasskeyRow {
    PasskeyRow {
        id: PasskeyId::from_bytes(sixteen(number)),
        person: person_id(person),
        credential_digest: CredentialDigest::from_bytes(thirty_two(number)),
        sealed: vec![4, 5, 6],
        created_hour: NOW.hour(),
    }
}

fn session(number: u32, person: u32) -> SessionRow {
    SessionRow {
        id: SessionId::from_bytes(sixteen(number)),
        person: person_id(person),
        secret_hash: TokenHash::from_bytes(thirty_two(number)),
        sealed: vec![7; 64],
        clients: vec![8; 64],
        version: 1,
        last_seen: NOW,
    }
}

fn consent(number: u32) -> ConsentRow {
    ConsentRow {
        sub_digest: SubDigest::from_bytes(thirty_two(number)),
        client_id: ClientId::new(format!("client-{number}")),
        shown: ShownDigest::from_bytes([9; 32]),
        expires_day: NOW.day().plus(std::time::Duration::from_secs(365 * 86_400)),
    }
}

/// How many of these ids were spent, as committed.
async fn spent_among(store: &Store, numbers: std::ops::Range<u32>) -> usize {
    let count = move |db: &mut hufu::store::Db| {
        let mut found = 0;
        for number in numbers.clone() {
            found += usize::from(spent::is_spent(db, &spent_id(number))?);
        }
        Ok(found)
    };
    store.read(count).await.expect("the database answers")
}

async fn spend(store: &Store, number: u32) -> Result<bool, StoreError> {
    store.write(move |tx| spent::spend(tx, &spent_id(number))).await
}

async fn redeem(store: &Store, number: u32) -> Result<bool, StoreError> {
    store.write(move |tx| grants::insert_once(tx, &grant_id(number))).await
}

/// Something to wait for on a thread of the store.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().expect("nobody panics here") = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let mut open = self.0.0.lock().expect("nobody panics here");
        while !*open {
            open = self.0.1.wait(open).expect("nobody panics here");
        }
    }

    async fn opened(&self) {
        let gate = self.clone();
        tokio::task::spawn_blocking(move || gate.wait()).await.expect("it opens");
    }
}

/// Keeps one connection busy: returns once it is, and lets go when the gate opens.
async fn occupy(store: &Store) -> (Gate, tokio::task::JoinHandle<Result<(), StoreError>>) {
    let (inside, leave) = (Gate::default(), Gate::default());
    let (its_store, its_inside, its_leave) = (store.clone(), inside.clone(), leave.clone());
    let busy = tokio::spawn(async move {
        its_store
            .write(move |_| {
                its_inside.open();
                its_leave.wait();
                Ok(())
            })
            .await
    });
    inside.opened().await;
    (leave, busy)
}
