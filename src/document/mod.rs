//! Documents and their chips: what a zone or a number says, and whether an issuer really signed it. ICAO Doc 9303.
//!
//! Pure: judges bytes that a reader brought. Knows no person, no registry and no database. `verify` has the questions in order:
//! passive authentication (the data are the issuer's), then active or chip authentication (the chip is no copy, PROTOCOL 27).

mod active_authentication;
mod agreement;
mod apdu;
mod certificate;
mod chip_authentication;
mod holder;
mod lds;
mod mrz;
mod number;
mod reader;
mod refused;
mod secure_messaging;
mod security_infos;
mod session;
mod signature;
mod sod;
mod tlv;
mod trust;
mod verify;

pub use active_authentication::ActiveAuthenticationError;
pub use apdu::{ApduError, CommandApdu, ResponseApdu};
pub use certificate::{Certificate, CertificateError};
pub use chip_authentication::{ChipAuthentication, ChipAuthenticationError};
pub use lds::{
    Contents, DataGroup, Face, FileError, HolderDetails, ImageKind, active_authentication_key, face, holder_details,
    security_infos, zone,
};
pub use mrz::{Checked, Mrz, MrzDate, MrzError, MrzFormat};
pub use number::{DocumentKind, DocumentNumber, NumberError};
pub use reader::{
    Bytes, Challenge, Channel, ChipFile, ChipFiles, LONGEST_ANSWER, MOST_FILE_BYTES, ReaderAnswer, ReaderFailure,
    ReaderStep, ReaderTask, Relayed,
};
pub use refused::DocumentRefused;
pub use secure_messaging::MessagingError;
pub use session::{ChipSession, Next};
pub use signature::{Digest, SignatureError};
pub use sod::{SecurityObject, SodError};
pub use tlv::TlvError;
pub use trust::{ListError, TrustError, TrustStore, Trusted};
pub use verify::{ChipRead, Possession, Proof, Sex, VerifiedDocument, verify};
