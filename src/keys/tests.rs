//! What the tests of this room share: keys made from a fixed seed.

use super::{FileKeys, KeyAlg, KeyRecord, Keys, Publication};
use crate::spec::{IssuerUrl, Timestamp};
use rand::{SeedableRng, rngs::StdRng};

pub const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

pub fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub fn issuer(url: &str) -> IssuerUrl {
    IssuerUrl::new(url.to_owned()).unwrap()
}

pub fn keys() -> Keys {
    Keys::for_tests("https://hufu.example")
}

pub fn keys_of(ring: &str, issuer_url: &str) -> Keys {
    Keys::new(FileKeys::parse(ring).unwrap(), issuer(issuer_url)).unwrap()
}

pub fn ring() -> String {
    FileKeys::generate_sandbox(&mut rng())
}

pub fn record(keys: &Keys, alg: impl Into<KeyAlg>, published: Timestamp, used_from: Timestamp) -> KeyRecord {
    let alg = alg.into();
    KeyRecord::generate(keys, &Publication { alg, published, used_from }, &mut rng()).unwrap()
}
