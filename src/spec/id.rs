//! Ids of rows: sixteen bytes, of which the first four may be a coarse expiry hour.
//!
//! An expiring id sorts by its expiry, so a sweep is one range delete on the primary key and inserts stay local.

use super::{Timestamp, TokenHash};
use data_encoding::{BASE64URL_NOPAD, Encoding, Specification};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Crockford's base 32: no I, L, O, U; read back without regard to case.
pub(super) static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    spec.translate.from.push_str("abcdefghjkmnpqrstvwxyzoOiIlL");
    spec.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    spec.ignore.push_str("- ");
    spec.encoding().expect("a constant specification")
});

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name([u8; $len]);

        impl $name {
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// `None` when `bytes` has another length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The id as unpadded base64url, for a form field.
            pub fn to_text(&self) -> String {
                BASE64URL_NOPAD.encode(&self.0)
            }

            /// The id back from [`Self::to_text`]; `None` when it is none.
            pub fn from_text(text: &str) -> Option<Self> {
                Self::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?)
            }
        }
    };
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        bytes_id!($(#[$doc])* $name, 16);

        impl $name {
            pub fn random(rng: &mut dyn CryptoRng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }
        }
    };
}

macro_rules! expiring_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        bytes_id!($(#[$doc])* $name, $len);

        impl $name {
            /// A fresh id whose row may be swept once the hour after `expires` has begun.
            pub fn expiring(expires: Timestamp, rng: &mut dyn CryptoRng) -> Self {
                let mut bytes = [0; $len];
                rng.fill_bytes(&mut bytes);
                bytes[..4].copy_from_slice(&Self::hour_prefix(expires));
                Self(bytes)
            }

            /// The four bytes that ids expiring in the hour of `at` begin with; smaller prefixes expire earlier.
            pub fn hour_prefix(at: Timestamp) -> [u8; 4] {
                let hours = at.unix().div_euclid(3600) + 1;
                (hours.clamp(0, i64::from(u32::MAX)) as u32).to_be_bytes()
            }
        }
    };
}

random_id!(
    /// A person's row. Never leaves the server.
    PersonId
);
random_id!(
    /// A person's key in the key store; drawn for itself, so that the key store alone names nobody.
    PersonKeyId
);
random_id!(
    /// A passkey's row.
    PasskeyId
);
expiring_id!(
    /// One browser, signed in with us.
    SessionId,
    16
);
expiring_id!(
    /// Something that happened to a person's ways in, remembered until it expires.
    EventId,
    16
);
expiring_id!(
    /// What was agreed: the code's id and its row.
    GrantId,
    16
);
expiring_id!(
    /// One attempt to sign in; becomes the session's id, so a page submitted twice makes one session.
    CeremonyId,
    16
);
expiring_id!(
    /// A ceremony that can be carried out once, remembered until it expires.
    SpentId,
    16
);
expiring_id!(
    /// A client assertion, by its `jti`: good for one request, remembered until it expires.
    AssertionId,
    16
);
expiring_id!(
    /// A batch of one person's network certificates.
    BatchId,
    16
);
expiring_id!(
    /// Something that a website is still to be told.
    OutboxId,
    16
);
expiring_id!(
    /// What a person reads to support, and what `hufu trace` explains.
    TraceId,
    10
);

random_id!(
    /// One running node: who holds a lease.
    NodeId
);
expiring_id!(
    /// A pushed authorization request's row.
    PushedId,
    16
);
expiring_id!(
    /// An application in progress.
    ApplicationId,
    16
);
expiring_id!(
    /// A voucher that officers issue at a counter.
    VoucherId,
    16
);
bytes_id!(
    /// One family of refresh tokens: a keyed digest of the grant that it came from (PROTOCOL 18).
    FamilyId,
    16
);
bytes_id!(
    /// Keyed digest of a network number, by which a person is found.
    NumberDigest,
    32
);
bytes_id!(
    /// Keyed digest of a WebAuthn credential id.
    CredentialDigest,
    32
);
bytes_id!(
    /// Keyed digest of a sub: the only form in which a row holds one (PROTOCOL 2).
    SubDigest,
    32
);
bytes_id!(
    /// PRF of the registry's reference: one per living person (PROTOCOL 9).
    UniqueDigest,
    32
);
bytes_id!(
    /// PRF of a document's kind and number, which have little entropy (PROTOCOL 9).
    DocumentDigest,
    32
);
bytes_id!(
    /// Digest of what a consent page showed (PROTOCOL 7).
    ShownDigest,
    32
);

impl FamilyId {
    /// The first sixteen bytes of `digest`.
    pub fn of_digest(digest: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }
}

impl AssertionId {
    /// The row of an id of somebody else's making: the hour it expires in, then twelve bytes of `digest`.
    pub fn of_digest(expires: Timestamp, digest: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&Self::hour_prefix(expires));
        bytes[4..].copy_from_slice(&digest[..12]);
        Self(bytes)
    }
}

impl PushedId {
    /// The row of a handle that only its bearer knows: its hour, then twelve bytes of its SHA-256.
    pub fn of_handle(handle: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&handle[..4]);
        bytes[4..].copy_from_slice(&TokenHash::of(handle).as_bytes()[..12]);
        Self(bytes)
    }
}

impl CeremonyId {
    /// The session that this ceremony, and no other, can begin; it expires at `expires`.
    pub fn session(&self, expires: Timestamp) -> SessionId {
        let mut bytes = self.0;
        bytes[..4].copy_from_slice(&SessionId::hour_prefix(expires));
        SessionId(bytes)
    }
}

impl TraceId {
    /// Sixteen characters without look-alikes, in groups of four.
    pub fn spoken(&self) -> String {
        let text = CROCKFORD.encode(&self.0);
        [&text[..4], &text[4..8], &text[8..12], &text[12..]].join("-")
    }

    /// Reads [`Self::spoken`] back, whatever the case, hyphens and look-alikes.
    pub fn from_spoken(text: &str) -> Option<Self> {
        Self::from_slice(&CROCKFORD.decode(text.trim().as_bytes()).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn an_expiring_id_sorts_by_its_expiry() {
        let mut rng = StdRng::seed_from_u64(1);
        let early = GrantId::expiring(Timestamp::from_unix(7_000), &mut rng);
        let late = GrantId::expiring(Timestamp::from_unix(11_000), &mut rng);
        assert!(early < late);
        assert!(early.as_bytes()[..4] < GrantId::hour_prefix(Timestamp::from_unix(11_000))[..]);
    }

    #[test]
    fn a_trace_id_survives_being_read_aloud() {
        let trace = TraceId::expiring(Timestamp::from_unix(0), &mut StdRng::seed_from_u64(2));
        assert_eq!(TraceId::from_spoken(&trace.spoken().to_lowercase().replace('0', "o")), Some(trace));
        assert_eq!(TraceId::from_spoken("nonsense"), None);
    }

    #[test]
    fn one_ceremony_begins_one_session_only() {
        let ceremony = CeremonyId::expiring(Timestamp::from_unix(0), &mut StdRng::seed_from_u64(3));
        let expires = Timestamp::from_unix(50_000);
        assert_eq!(ceremony.session(expires), ceremony.session(expires));
    }
}
