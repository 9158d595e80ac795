//! Documents and their chips: what a zone or a number says, and whether an issuer really signed it. ICAO Doc 9303.
//!
//! Pure: reads bytes that somebody else brought. Knows no person, no registry, no reader and no database. Passive authentication is
//! whole; the chip's proof that it is no copy (active and chip authentication, PROTOCOL 27) comes with the application.

mod certificate;
mod lds;
mod mrz;
mod number;
mod signature;
mod sod;
mod tlv;
mod trust;

pub use certificate::{Certificate, CertificateError};
pub use lds::{
    Contents, DataGroup, Face, FileError, HolderDetails, ImageKind, active_authentication_key, face, holder_details,
    security_infos, zone,
};
pub use mrz::{Checked, Mrz, MrzDate, MrzError, MrzFormat};
pub use number::{DocumentKind, DocumentNumber, NumberError};
pub use signature::{Digest, SignatureError};
pub use sod::{SecurityObject, SodError};
pub use tlv::TlvError;
pub use trust::{ListError, TrustError, TrustStore, Trusted};
