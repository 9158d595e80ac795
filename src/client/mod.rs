//! The websites: what they registered, where they may be answered, how they prove who they are.
//!
//! Knows no person, no database and no HTTP; a client's keys come with its metadata.

mod assertion;
mod authentication;
mod encryption;
mod error;
mod metadata;
mod presented;
mod redirect_uri;
mod registered;
mod registration;
mod resource;
mod sector;
mod validation;

pub use assertion::AssertionError;
pub use authentication::{AuthenticatedClient, ClaimedClient};
pub use encryption::{Encryption, NoRecipient};
pub use error::ClientAuthError;
pub use metadata::{
    ApplicationType, AssertionAlg, AssertionProfile, AuthMethod, BareRequests, ClientMetadata, Environment, GrantType,
    Pkce,
};
pub use presented::Presented;
pub use redirect_uri::{RedirectError, RedirectKind, TrustedRedirect, redirect_hash};
pub use registered::{Client, NotStored};
pub use registration::{InitialAccess, RegistrationError};
pub use resource::{Resource, ResourceError};
pub use sector::SectorError;
pub use validation::{MetadataError, RegistrationRequest};
