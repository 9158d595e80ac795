//! Issues and redeems the authorization code. RFC 6749 §4.1.2, §4.1.3; RFC 7636 §4.6; PROTOCOL 16, 17.
//!
//! A code is a sealed value and no row; its redemption inserts the one row of a login. Knows no HTTP and no database.

mod agreed;
mod issue;
mod redeem;

pub use agreed::Agreed;
pub use issue::{CodePayload, IssuedCode};
pub use redeem::{MatchedCode, PresentedCode, RedeemError, RedeemedCode};
