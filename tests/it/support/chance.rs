//! The tests' own clock and randomness: black boxes run in real time.

use data_encoding::BASE64URL_NOPAD;
use rand::Rng;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a test from outside lives in real time")]
pub fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// 256 random bits as text.
#[expect(clippy::disallowed_methods, reason = "a website makes its own random values")]
pub fn random() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}
