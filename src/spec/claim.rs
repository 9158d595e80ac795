//! One entry per claim: wire name, JSON type, what releases it, section. Discovery, consent and tokens all read this.

/// The JSON type of a claim's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimType {
    Text,
    Number,
    Texts,
}

/// One claim that a token of ours may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub wire: &'static str,
    pub json: ClaimType,
    /// The scope that releases it; `None` for the protocol's own claims.
    pub scope: Option<&'static str>,
    pub section: &'static str,
}

const fn own(wire: &'static str, json: ClaimType, section: &'static str) -> Claim {
    Claim { wire, json, scope: None, section }
}

/// Every claim, in the order that discovery lists them.
pub const CLAIMS: &[Claim] = &[
    own("iss", ClaimType::Text, "OpenID Connect Core §2"),
    own("sub", ClaimType::Text, "OpenID Connect Core §2"),
    own("aud", ClaimType::Text, "OpenID Connect Core §2"),
    own("exp", ClaimType::Number, "OpenID Connect Core §2"),
    own("iat", ClaimType::Number, "OpenID Connect Core §2"),
    own("auth_time", ClaimType::Number, "OpenID Connect Core §2"),
    own("nonce", ClaimType::Text, "OpenID Connect Core §2"),
    own("acr", ClaimType::Text, "OpenID Connect Core §2"),
    own("amr", ClaimType::Texts, "OpenID Connect Core §2, RFC 8176"),
    own("sid", ClaimType::Text, "OpenID Connect Back-Channel Logout 1.0 §2.1"),
];

/// The wire names, for `claims_supported`.
pub fn claims_supported() -> Vec<&'static str> {
    CLAIMS.iter().map(|claim| claim.wire).collect()
}
