//! The words of the specifications, each once: errors, parameters, claims, levels, lifetimes, ids and secrets.
//!
//! Knows no key, no database and no HTTP. Where `openidconnect` already has a word, that word is used.

mod acr;
mod birth_date;
mod claim;
mod error;
mod id;
mod ladder;
pub mod lifetime;
mod metadata;
mod param;
mod refusal;
mod scope;
mod secret;
mod sector;
mod time;

pub use acr::{Acr, Assurance, Factor, FactorSet};
pub use birth_date::BirthDate;
pub use claim::{CLAIMS, Claim, ClaimType, claims_supported};
pub use error::OAuthError;
pub use id::{
    ApplicationId, AssertionId, BatchId, CeremonyId, EventId, FamilyId, GrantId, NodeId, OutboxId, PasskeyId, PersonId,
    PersonKeyId, PushedId, SessionId, SpentId, TraceId, VoucherId,
};
pub use id::{CredentialDigest, DocumentDigest, NumberDigest, ShownDigest, SubDigest, UniqueDigest};
pub use ladder::{AcrValue, KeyHome, Ladder, Rung};
pub use metadata::{About, Metadata, metadata};
pub use openidconnect::core::CoreJwsSigningAlgorithm;
pub use openidconnect::{ClientId, IssuerUrl, Nonce, Scope};
pub use param::{ParamError, Params, limits};
pub use refusal::{Refusal, Refuse, Sender};
pub use scope::{ScopeValue, Scopes};
pub use secret::{
    BearerSecret, ClientSecret, CodeChallenge, CodeVerifier, DynamicCode, Handle, Pin, TokenHash, VoucherCode,
};
pub use sector::Sector;
pub use time::Timestamp;
