//! The stored form of a PIN: argon2id over HMAC(pepper, PIN), as a PHC string that names its pepper (PROTOCOL 21).
//!
//! `$argon2id$v=19$m=19456,t=2,p=1,keyid=AAE$salt$hash`. Knows the peppered bytes only: the PIN stays with its HMAC in
//! `keys`. Computing happens on the [`super::Rack`].

use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Blocks of 1 KiB that one computation needs at most; a stored hash that wants more is not ours.
pub(super) const BLOCKS: usize = MEMORY_KIB as usize;

/// A PIN's hash with everything that is needed to check it, except the pepper.
#[derive(Clone)]
pub struct PinHash {
    pepper: u16,
    params: Params,
    salt: [u8; 16],
    hash: [u8; 32],
}

/// The row's text is no hash of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored PIN hash is none that this server writes")]
pub struct UnreadableHash;

impl PinHash {
    /// Stands in where there is no person or no PIN, so that both cost what a real check costs. Matches nothing.
    pub fn decoy(pepper: u16) -> Self {
        Self { pepper, params: current(), salt: *b"hufu decoy salt!", hash: [0; 32] }
    }

    /// Which pepper the PIN must be put through before [`super::Place::verify`].
    pub const fn pepper(&self) -> u16 {
        self.pepper
    }

    /// Whether the hash should be made anew at the next right PIN: an older pepper or weaker parameters.
    pub fn outdated(&self, pepper: u16) -> bool {
        let current = current();
        self.pepper != pepper
            || (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
                != (current.m_cost(), current.t_cost(), current.p_cost())
    }

    /// Reads the row's text.
    ///
    /// # Errors
    /// Another algorithm, other lengths, or parameters beyond what a rack's buffer holds.
    pub fn parse(text: &str) -> Result<Self, UnreadableHash> {
        Self::read(text).ok_or(UnreadableHash)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (costs, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let mut costs = costs.split(',');
        let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        let (m, t, p, keyid) = (cost("m")?, cost("t")?, cost("p")?, cost("keyid")?);
        let params = Params::new(m.parse().ok()?, t.parse().ok()?, p.parse().ok()?, Some(32)).ok()?;
        let bounded = params.block_count() <= BLOCKS && params.t_cost() <= 8;
        (parts.next().is_none() && costs.next().is_none() && bounded).then_some(())?;
        let bytes = |text: &str| BASE64_NOPAD.decode(text.as_bytes()).ok();
        Some(Self {
            pepper: u16::from_be_bytes(BASE64URL_NOPAD.decode(keyid.as_bytes()).ok()?.try_into().ok()?),
            params,
            salt: bytes(salt)?.try_into().ok()?,
            hash: bytes(hash)?.try_into().ok()?,
        })
    }

    /// The row's text.
    pub fn to_phc(&self) -> String {
        let (m, t, p) = (self.params.m_cost(), self.params.t_cost(), self.params.p_cost());
        let keyid = BASE64URL_NOPAD.encode(&self.pepper.to_be_bytes());
        let (salt, hash) = (BASE64_NOPAD.encode(&self.salt), BASE64_NOPAD.encode(&self.hash));
        format!("$argon2id$v=19$m={m},t={t},p={p},keyid={keyid}${salt}${hash}")
    }

    pub(super) fn compute(peppered: &[u8; 32], pepper: u16, salt: [u8; 16], memory: &mut [Block]) -> Self {
        let params = current();
        let hash = *argon2id(&params, peppered, &salt, memory);
        Self { pepper, params, salt, hash }
    }

    pub(super) fn verify(&self, peppered: &[u8; 32], memory: &mut [Block]) -> bool {
        argon2id(&self.params, peppered, &self.salt, memory).ct_eq(&self.hash).into()
    }
}

fn current() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).expect("constant parameters within argon2's bounds")
}

fn argon2id(params: &Params, peppered: &[u8; 32], salt: &[u8; 16], memory: &mut [Block]) -> Zeroizing<[u8; 32]> {
    let mut hash = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(peppered, salt, hash.as_mut(), memory)
        .expect("lengths are fixed by type and the memory by the rack");
    hash
}

impl fmt::Debug for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinHash").field("pepper", &self.pepper).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordHash;

    fn memory() -> Vec<Block> {
        vec![Block::new(); BLOCKS]
    }

    /// PROTOCOL 21: the pepper is versioned, and the text is a PHC string that others can read.
    #[test]
    fn the_stored_text_is_a_phc_string_that_names_its_pepper() {
        let hash = PinHash::compute(&[7; 32], 515, [9; 16], &mut memory());
        let text = hash.to_phc();
        let again = PinHash::parse(&text).expect("our own text");
        assert_eq!((again.pepper(), again.to_phc()), (515, text.clone()));
        let phc = PasswordHash::new(&text).expect("a PHC string");
        assert_eq!(phc.algorithm.as_str(), "argon2id");
        assert_eq!(phc.params.get_decimal("m"), Some(19_456));
        assert!(again.verify(&[7; 32], &mut memory()));
        assert!(!again.verify(&[8; 32], &mut memory()));
        assert!(!format!("{again:?}").contains('$'));
    }

    #[test]
    fn a_hash_of_another_making_is_refused_before_it_costs_anything() {
        let text = PinHash::decoy(1).to_phc();
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("m=19456", "m=4194304"),
            ("t=2", "t=4000000"),
            (",keyid=AAE", ""),
            ("keyid=AAE", "keyid=AAEA"),
            ("p=1", "p=1,p=1"),
        ] {
            assert_eq!(PinHash::parse(&text.replace(from, to)).err(), Some(UnreadableHash), "{to}");
        }
        assert!(PinHash::parse("").is_err());
        assert!(PinHash::parse(&format!("{text}$x")).is_err());
    }

    #[test]
    fn a_hash_under_an_older_pepper_or_weaker_parameters_is_made_anew() {
        let decoy = PinHash::decoy(3);
        assert!(!decoy.outdated(3));
        assert!(decoy.outdated(4));
        let weaker = PinHash::parse(&decoy.to_phc().replace("t=2", "t=1")).expect("still readable");
        assert!(weaker.outdated(3));
    }
}
