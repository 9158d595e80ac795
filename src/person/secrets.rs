//! What a person's row keeps sealed under the person's own key, for every sign-in to open. Whoever opens it can compute every
//! sub of the person (PROTOCOL 2, 10).

use super::{Evidence, NetworkNumber, RegistryRef, Standing};
use crate::keys::Personal;
use crate::spec::Handle;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;

/// The sealed part of a person's row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonSecrets {
    pub number: NetworkNumber,
    pub handle: Handle,
    /// Which pairwise key the person's subs are computed with; fixed for life, so rotation moves no sub.
    pub epoch: u16,
    pub webauthn_user: WebauthnUserId,
    pub standing: Standing,
    /// What they were proved by, and so how high they can reach.
    pub evidence: Evidence,
    /// `None` for somebody whom no registry knows.
    pub registry_ref: Option<RegistryRef>,
}

/// What an application proved of somebody who is to become a person.
#[derive(Clone, Debug)]
pub struct Applicant {
    pub standing: Standing,
    pub evidence: Evidence,
    pub registry_ref: Option<RegistryRef>,
}

impl PersonSecrets {
    /// The secrets of a new person, under the pairwise key of `epoch`.
    pub fn random(epoch: u16, applicant: Applicant, rng: &mut dyn CryptoRng) -> Self {
        let Applicant { standing, evidence, registry_ref } = applicant;
        Self {
            number: NetworkNumber::random(rng),
            handle: Handle::random(rng),
            epoch,
            webauthn_user: WebauthnUserId::random(rng),
            standing,
            evidence,
            registry_ref,
        }
    }
}

/// WebAuthn's `user.id`: a random value of its own, for it syncs into other people's clouds (PROTOCOL 11).
#[derive(Clone, Serialize, Deserialize)]
pub struct WebauthnUserId([u8; 16]);

impl WebauthnUserId {
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether an authenticator's `userHandle` is this person's, in constant time.
    pub fn matches(&self, user_handle: &[u8]) -> bool {
        self.0.ct_eq(user_handle).into()
    }
}

impl fmt::Debug for WebauthnUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebauthnUserId([redacted])")
    }
}

impl Personal for PersonSecrets {
    const PURPOSE: &'static str = "person";
    const CLASSES: &'static [usize] = &[256];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::{DocumentProof, FaceProof, Uniqueness};
    use crate::spec::Timestamp;
    use rand::{SeedableRng, rngs::StdRng};

    fn applicant(standing: Standing) -> Applicant {
        let evidence = Evidence {
            document: DocumentProof::Voucher,
            face: FaceProof::Voucher,
            uniqueness: Uniqueness::DocumentChain,
            weak_hash: true,
            at: Timestamp::from_unix(1_790_000_000),
        };
        // As long as a reference may be.
        Applicant { standing, evidence, registry_ref: RegistryRef::new("r".repeat(128)) }
    }

    #[test]
    fn the_sealed_part_comes_back_as_it_was() {
        let secrets = PersonSecrets::random(u16::MAX, applicant(Standing::Under18), &mut StdRng::seed_from_u64(1));
        let bytes = postcard::to_stdvec(&secrets).expect("serialises");
        assert!(bytes.len() < PersonSecrets::CLASSES[0], "every row is as long: {}", bytes.len());
        let again: PersonSecrets = postcard::from_bytes(&bytes).expect("parses");
        assert!(again.number.matches(&secrets.number));
        assert_eq!(again.handle.expose(), secrets.handle.expose());
        assert!(again.webauthn_user.matches(secrets.webauthn_user.as_bytes()));
        assert_eq!((again.epoch, again.standing), (u16::MAX, Standing::Under18));
        assert_eq!((again.evidence, again.registry_ref), (secrets.evidence, secrets.registry_ref));
    }

    /// Chance that remembers what it gave.
    struct Heard(StdRng, Vec<u8>);

    impl rand::TryRng for Heard {
        type Error = std::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            rand::rand_core::utils::next_word_via_fill(self)
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            rand::rand_core::utils::next_word_via_fill(self)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
            self.0.try_fill_bytes(bytes)?;
            self.1.extend_from_slice(bytes);
            Ok(())
        }
    }

    impl rand::TryCryptoRng for Heard {}

    /// PROTOCOL 11: the WebAuthn `user.id` is a value of its own: it is drawn, and no other is made of the same draw.
    #[test]
    fn the_webauthn_user_id_is_computed_from_nothing_else() {
        let mut rng = Heard(StdRng::seed_from_u64(2), Vec::new());
        let secrets = PersonSecrets::random(0, applicant(Standing::Adult), &mut rng);
        let (user, handle) = (secrets.webauthn_user.as_bytes(), secrets.handle.expose());
        let drawn =
            |value: &[u8]| rng.1.windows(value.len()).position(|bytes| bytes == value).expect("as it was drawn");
        let (user, handle) = (drawn(user)..drawn(user) + user.len(), drawn(handle)..drawn(handle) + handle.len());
        assert!(user.end <= handle.start || handle.end <= user.start, "{user:?} {handle:?}");
    }

    #[test]
    fn printed_secrets_show_nothing() {
        let secrets = PersonSecrets::random(0, applicant(Standing::Adult), &mut StdRng::seed_from_u64(3));
        let printed = format!("{secrets:?}");
        assert!(!printed.contains(&secrets.number.grouped()));
        assert_eq!(printed.matches("[redacted]").count(), 4);
    }
}
