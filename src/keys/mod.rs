//! Everything that needs a secret of ours: subs, sealed values, digests, signatures.
//!
//! The root keys live behind the port [`KeyService`]; the rest of the house holds a [`Keys`], which asks it. PROTOCOL 2,
//! 12–15. Knows no person, no client, no database and no HTTP.

mod alg;
mod decryption;
mod derive;
mod facade;
mod hint;
mod holder;
mod jwe;
mod jwk;
mod jwt;
mod mac;
mod message_signature;
mod pairwise;
mod person_key;
mod place;
mod proof;
mod provider;
mod record;
mod ring;
mod ring_text;
mod rotation;
mod sd_jwt;
mod sealing;
mod service;
mod signing;
mod tag;
#[cfg(test)]
mod tests;
mod times;

pub use alg::{ContentEncryption, EncryptionAlg, KeyAlg, MacAlg, SigningAlg};
pub use decryption::DecryptionKeys;
pub use facade::Keys;
pub use hint::IdTokenHint;
pub use holder::{HolderError, HolderKey, HolderNonce, holder_challenge};
pub use jwe::{Decrypted, JweError, LONGEST as LONGEST_JWE, Recipient, is_encrypted};
pub use jwk::{JwkSet, JwkSetError};
pub use jwt::{JwtError, LONGEST as LONGEST_JWT, UnverifiedJwt, VerifiedJwt};
pub use mac::UnverifiedMac;
pub use message_signature::{Message, MessageKey, MessageKeyError, MessageSignature};
pub use pairwise::{Epoch, Sub};
pub use person_key::{PersonKey, Personal};
pub use place::PLACES;
pub use proof::RingProof;
pub use provider::install as install_crypto;
pub use record::{KeyRecord, Kid, Schedule, Stage};
pub use ring::{FileKeys, KeyMaterial, RingError};
pub use rotation::{Publication, Rotation, When, rotate, tend};
pub use sd_jwt::{Concealed, SD_ALG};
pub use sealing::{OpenError, Sealable};
pub use service::{HeldKey, KeyError, KeyService, RootKey};
pub use signing::SigningKeys;
pub use tag::TagPurpose;
pub use times::{Lifetime, Times};
