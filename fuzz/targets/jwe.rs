//! Encrypted tokens: nothing opens that was not encrypted to us, and what we encrypt is what comes out.

use super::sealed::KEYS;
use super::text;
use data_encoding::BASE64;
use hufu::keys::{ContentEncryption, DecryptionKeys, EncryptionAlg, JwkSet, KeyAlg, KeyRecord, Kid, Schedule};
use hufu::keys::{JweError, is_encrypted};
use hufu::spec::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// All that was ever encrypted to [`OURS`], and what it says.
const ENCRYPTED: [&str; 2] = [include_str!("../corpus/jwe/rsa_oaep_256"), include_str!("../corpus/jwe/ecdh_es")];
const SAID: &str = "nested.in.here";

static OURS: LazyLock<DecryptionKeys> = LazyLock::new(|| {
    let rows: Vec<Value> = serde_json::from_str(include_str!("decryption_keys.json")).expect("JSON");
    let records: Vec<_> = rows.iter().map(record).collect();
    DecryptionKeys::open(&KEYS, &records, Timestamp::from_unix(0)).expect("they open")
});

fn record(row: &Value) -> KeyRecord {
    let text = |name: &str| row[name].as_str().expect("text");
    let start = Timestamp::from_unix(0);
    KeyRecord {
        kid: Kid::from_row(text("kid")),
        alg: KeyAlg::parse(text("alg")).expect("an algorithm"),
        sealed: BASE64.decode(text("sealed").as_bytes()).expect("base64"),
        schedule: Schedule::Open { published: start, used_from: start },
    }
}

/// Nobody but who encrypted the examples knows their keys; and any content survives the way to us.
pub fn jwe(data: &[u8]) {
    let token = text(data);
    let decrypted = OURS.decrypt(&token);
    assert!(decrypted.is_ok() || !ENCRYPTED.contains(&&*token), "an example does not open");
    match decrypted {
        Ok(decrypted) => assert_eq!(decrypted.nested(), Ok(SAID), "{token} was never encrypted"),
        Err(JweError::NoKey | JweError::Undecryptable) => assert!(is_encrypted(&token)),
        Err(_) => {}
    }
    let set = JwkSet::try_from(json!({ "keys": OURS.public() })).expect("our own keys");
    let recipient = set.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A128GCM).expect("a key to encrypt to");
    let encrypted = recipient.encrypt_jwt(&token, &mut StdRng::seed_from_u64(1)).expect("encrypted");
    match OURS.decrypt(&encrypted) {
        Ok(decrypted) => assert_eq!(decrypted.nested(), Ok(&*token)),
        Err(error) => assert!(matches!(error, JweError::TooLong(_)), "{error}"),
    }
}
