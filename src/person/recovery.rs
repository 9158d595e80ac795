//! New ways in that wait for their day: what a re-proof left for a person who lost the old ones. FUNCTIONS 21.

use crate::keys::Sealable;
use crate::spec::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// PIN and dynamic code, as the person's row will hold them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ways {
    pub pin_hash: String,
    /// Sealed.
    pub totp: Vec<u8>,
    /// The step of the code that was typed to set it up.
    pub totp_step: i64,
}

/// What a row keeps sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recovery {
    pub ways: Ways,
    /// When they take the place of all others.
    pub due: Timestamp,
}

impl fmt::Debug for Ways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ways([redacted])")
    }
}

impl Sealable for Recovery {
    const PURPOSE: &'static str = "recovery";
    const CLASSES: &'static [usize] = &[384];
}
