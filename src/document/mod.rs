//! Documents and their chips: what a zone or a number says, and whether an issuer really signed it. ICAO Doc 9303.
//!
//! Pure: reads bytes that somebody else brought. Knows no person, no registry, no reader and no database. Not yet here: the
//! chip's signatures and its proof of possession, which the application in four steps will need.

mod mrz;
mod number;

pub use mrz::{Checked, Mrz, MrzDate, MrzError, MrzFormat};
pub use number::{DocumentKind, DocumentNumber, NumberError};
