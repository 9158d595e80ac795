//! What happened to a person's ways in. For the person's own eyes: so that whoever else it was is noticed.
//!
//! No website is in it, and no sign-in in a browser that the person has signed in from before: this is no diary of a life.

use crate::keys::Sealable;
use crate::spec::Timestamp;
use serde::{Deserialize, Serialize};

/// What it was. Rows keep the place in this list, so what is new comes last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecurityEvent {
    /// In a browser that was not known before, as it called itself.
    SignedIn {
        browser: String,
    },
    PasskeyAdded {
        name: String,
    },
    PasskeyRemoved {
        name: String,
    },
    PinChanged,
    /// Another document joined, proved with the face.
    DocumentAdded,
    /// New ways in wait to replace all others.
    RecoveryBegun,
    RecoveryStopped,
    /// PIN and dynamic code are new; with a waiting period behind them, everything else is gone.
    Recovered,
    /// Network certificates, into a device.
    CertificatesIssued,
    CertificatesRevoked,
    SignedOutEverywhere,
    Frozen,
    /// The freeze was lifted, with a passkey.
    Lifted,
    /// The dynamic code comes from another secret.
    CodeReplaced,
}

/// What a row keeps sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    pub what: SecurityEvent,
    pub at: Timestamp,
}

impl Sealable for Happened {
    const PURPOSE: &'static str = "event";
    /// Of one length, whatever it was: the longest name of a passkey or browser fits.
    const CLASSES: &'static [usize] = &[320];
}
