//! Documents and their chips: what a zone or a number says, and whether an issuer really signed it. ICAO Doc 9303.
//!
//! Pure: reads bytes that somebody else brought. Knows no person, no registry, no reader and no database. Not yet here: the
//! chip's signatures and its proof of possession, which the application in four steps will need.

mod lds;
mod mrz;
mod number;
mod tlv;

pub use lds::{
    Contents, DataGroup, Face, FileError, HolderDetails, ImageKind, active_authentication_key, face, holder_details,
    security_infos, zone,
};
pub use mrz::{Checked, Mrz, MrzDate, MrzError, MrzFormat};
pub use number::{DocumentKind, DocumentNumber, NumberError};
pub use tlv::TlvError;
