//! `/wallet`: the network certificates of this browser. The script fills the page from what the browser keeps.
//!
//! Must not know how certificates are made.

use askama::Template;
use serde_json::json;

use super::Chrome;

/// Forms, with `csrf`: `POST /wallet/certificates` (by script, after `/wallet/options`), `POST /wallet/revoke`.
#[derive(Debug, Template)]
#[template(path = "wallet.html")]
pub struct Wallet<'a> {
    pub chrome: Chrome<'a>,
    /// Whom the proofs are for.
    pub issuer: &'a str,
    /// "Chrome, Linux", or empty when unknown.
    pub browser: &'a str,
    pub holder: Holder,
    /// There are certificates somewhere that can be revoked.
    pub revocable: bool,
    /// They have just been.
    pub revoked: bool,
}

/// Whether the person can have certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    SignedOut,
    /// A passkey authorises the keys: first one of those.
    NoPasskey,
    /// Nothing is known of a document.
    NoDocument,
    Ready,
}

impl Wallet<'_> {
    /// What the script says, in the page's language.
    fn words(&self) -> String {
        let say = |key| self.chrome.say(key).plain();
        json!({
            "person": say("wallet-person"),
            "name": say("wallet-name"),
            "birthdate": say("wallet-birthdate"),
            "nationality": say("wallet-nationality"),
            "document_kind": say("wallet-document-kind"),
            "age_over_14": say("wallet-over-14"),
            "age_over_16": say("wallet-over-16"),
            "age_over_18": say("wallet-over-18"),
            "age_over_60": say("wallet-over-60"),
            "true": say("wallet-yes"),
            "false": say("wallet-no"),
            "resident_identity_card": say("wallet-resident-card"),
            "passport": say("wallet-passport"),
            "hong_kong_macao_permit": say("wallet-hong-kong-macao-permit"),
            "taiwan_permit": say("wallet-taiwan-permit"),
            "residence_permit": say("wallet-residence-permit"),
            "foreign_permanent_resident_card": say("wallet-foreign-card"),
        })
        .to_string()
    }
}
