//! A crowd for load tests: up to a million adults, each of whom can truly sign in, derived from one seed and not listed.
//!
//! Number and authenticator app are each one's own. The PIN is one for all, and so is its hash: argon2id is made to take a
//! core for twenty milliseconds, and a million of them would take hours. That would be a weakness among real people, whose
//! equal hashes would tell equal PINs; the crowd exists in a sandbox only, whose database production refuses.

use super::data::{Crowd, Secrets};
use super::registry::CROWD;
use super::seed;
use crate::person::NetworkNumber;
use aws_lc_rs::hmac;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use rand::{CryptoRng, Rng, TryCryptoRng, TryRng};
use std::convert::Infallible;

impl Crowd {
    /// Nobody yet, and a fresh seed.
    pub fn begin(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self { seed: BASE64URL_NOPAD.encode(&seed), count: 0 }
    }

    /// What all of them type as PIN.
    pub fn pin(&self) -> String {
        seed::pin(None, &mut Stream::of(self, 0))
    }

    /// What the `number`th of them types; `pin` is [`Self::pin`]'s.
    pub fn secrets(&self, number: usize, pin: &str) -> Secrets {
        let mut stream = Stream::of(self, number);
        let network_number = NetworkNumber::random(&mut stream).grouped();
        let mut app = [0; 20];
        stream.fill_bytes(&mut app);
        Secrets {
            key: format!("{CROWD}{number}"),
            network_number,
            pin: Some(pin.to_owned()),
            seed: Some(BASE32_NOPAD.encode(&app)),
            ..Secrets::default()
        }
    }
}

/// `HMAC-SHA-256(seed, number ‖ 0), HMAC-SHA-256(seed, number ‖ 1), …`: the same bytes in every build.
struct Stream {
    key: hmac::Key,
    number: u64,
    block: u64,
}

impl Stream {
    fn of(crowd: &Crowd, number: usize) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, crowd.seed.as_bytes()), number: number as u64, block: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(32) {
            let place = [self.number.to_be_bytes(), self.block.to_be_bytes()].concat();
            part.copy_from_slice(&hmac::sign(&self.key, &place).as_ref()[..part.len()]);
            self.block += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn crowd() -> Crowd {
        Crowd { seed: "c2VlZA".into(), count: 0 }
    }

    #[test]
    fn whoever_is_derived_twice_types_the_same_and_no_two_have_one_number() {
        let (crowd, pin) = (crowd(), crowd().pin());
        let once = crowd.secrets(17, &pin);
        let twice = crowd.secrets(17, &crowd.pin());
        assert_eq!((&once.network_number, &once.pin, &once.seed), (&twice.network_number, &twice.pin, &twice.seed));
        let all: HashSet<_> = (1..=2000).map(|number| crowd.secrets(number, &pin).network_number).collect();
        assert_eq!(all.len(), 2000);
        let other = Crowd { seed: "b3RoZXI".into(), ..crowd };
        assert!(!all.contains(&other.secrets(17, &pin).network_number));
        assert!(NetworkNumber::parse(&once.network_number).is_ok());
    }
}
