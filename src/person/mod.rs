//! A person as this server knows one: a number, a state, and what is sealed in the row.
//!
//! Decides what a network number looks like (PROTOCOL 9), what a person's state permits (PROTOCOL 6) and what the row
//! keeps sealed (PROTOCOL 10, 11), what a certificate says (PROTOCOL 26). Knows no website, no session, no key and no database.

mod age;
pub mod application;
mod attributes;
mod certificate;
mod certificate_type;
mod contact;
mod event;
mod evidence;
mod number;
mod recovery;
mod secrets;
mod state;
mod status_list;

pub use age::{MayApply, Standing, in_china};
pub use attributes::Attributes;
pub use certificate::{Attested, BATCH, CERTIFICATE_TYP, Certificate, ListId, Places, VCT, Validity};
pub use certificate_type::{DISCLOSABLE, Disclosable, certificate_type};
pub use contact::{PhoneNumber, PhoneNumberError, RegistryRef};
pub use event::{Happened, SecurityEvent};
pub use evidence::{DocumentProof, Evidence, FaceProof, Uniqueness};
pub use number::{NetworkNumber, NumberError};
pub use recovery::{Recovery, Ways};
pub use secrets::{Applicant, PersonSecrets, WebauthnUserId};
pub use state::{IllegalTransition, PersonState, Renewed, TokensLive};
pub use status_list::{STATUS_BITS, Status, StatusList};
