//! A person as this server knows one: a number, a state, and what is sealed in the row.
//!
//! Decides what a network number looks like (PROTOCOL 9), what a person's state permits (PROTOCOL 6) and what the row
//! keeps sealed (PROTOCOL 10, 11). Knows no website, no session, no key and no database.

mod age;
mod contact;
mod evidence;
mod number;
mod secrets;
mod state;

pub use age::Standing;
pub use contact::{PhoneNumber, PhoneNumberError, RegistryRef};
pub use evidence::{DocumentProof, Evidence, FaceProof, Uniqueness};
pub use number::{NetworkNumber, NumberError};
pub use secrets::{Applicant, PersonSecrets, WebauthnUserId};
pub use state::{IllegalTransition, PersonState, TokensLive};
