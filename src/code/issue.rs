//! The code as it leaves: everything that redemption will ask for, sealed.

use crate::authorize::AuthorizationRequest;
use crate::consent::Consented;
use crate::keys::{Epoch, KeyError, Keys, Sealable};
use crate::spec::{AcrValue, CodeChallenge, GrantId, Handle, PersonId, Scopes, SessionId, Timestamp, lifetime};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// What the code holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct CodePayload {
    pub(super) id: GrantId,
    pub(super) issued: Timestamp,
    pub(super) client_id: String,
    pub(super) redirect_hash: [u8; 32],
    pub(super) challenge: Option<CodeChallenge>,
    pub(super) nonce: Option<String>,
    pub(super) session: SessionId,
    pub(super) person: PersonId,
    pub(super) handle: Handle,
    pub(super) epoch: Epoch,
    pub(super) acr: AcrValue,
    pub(super) amr: Vec<String>,
    pub(super) auth_time: Option<Timestamp>,
    pub(super) scopes: Scopes,
    pub(super) resource: Option<String>,
}

impl Sealable for CodePayload {
    const PURPOSE: &'static str = "code";
    /// The last class, sealed and encoded, is under the 1,024 characters of PROTOCOL 13.
    const CLASSES: &'static [usize] = &[288, 480, 736];
}

/// A code ready to travel.
pub struct IssuedCode(String);

impl IssuedCode {
    /// # Errors
    /// Only what the key service cannot do.
    pub fn issue(
        request: &AuthorizationRequest,
        consented: &Consented,
        keys: &Keys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, KeyError> {
        let who = consented.authenticated();
        // The row outlives code and access token by twice the clock skew (PROTOCOL 17).
        let row_expires =
            now.plus(lifetime::CODE).plus(lifetime::ACCESS_TOKEN).plus(lifetime::CLOCK_SKEW).plus(lifetime::CLOCK_SKEW);
        let payload = CodePayload {
            id: GrantId::expiring(row_expires, rng),
            issued: now,
            client_id: request.client.client_id.to_string(),
            redirect_hash: request.redirect.hash(),
            challenge: request.challenge,
            nonce: request.nonce.as_ref().map(|nonce| nonce.secret().clone()),
            session: who.session(),
            person: who.person(),
            handle: who.handle().clone(),
            epoch: who.epoch(),
            acr: who.acr().clone(),
            amr: who.amr().iter().map(|amr| (*amr).to_owned()).collect(),
            auth_time: who.auth_time(),
            scopes: consented.shown().scopes(&request.scopes),
            resource: request.resource.clone(),
        };
        keys.seal(&payload, rng).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use crate::spec::{Acr, Assurance, FactorSet, limits};
    use rand::{SeedableRng, rngs::StdRng};

    /// PROTOCOL 13: "a code is at most 1,024 characters", with the longest nonce and every claim that a code can carry.
    #[test]
    fn a_code_has_at_most_1024_characters() {
        let mut rng = StdRng::seed_from_u64(1);
        let now = Timestamp::from_unix(i64::from(u32::MAX));
        let factors = FactorSet::cert(now, Assurance::DeviceBound).join(&FactorSet::pin_and_code(now));
        let mut amr: Vec<String> = factors.amr(Acr::CertPinFace).iter().map(|amr| (*amr).to_owned()).collect();
        amr.push("otp".to_owned());
        let payload = |nonce: usize| CodePayload {
            id: GrantId::from_bytes([0xff; 16]),
            issued: now,
            client_id: Client::fresh_id(&mut StdRng::seed_from_u64(2)).to_string(),
            redirect_hash: [0xff; 32],
            challenge: CodeChallenge::parse(&"A".repeat(43)),
            nonce: Some("n".repeat(nonce)),
            session: SessionId::from_bytes([0xff; 16]),
            person: PersonId::from_bytes([0xff; 16]),
            handle: Handle::random(&mut StdRng::seed_from_u64(3)),
            epoch: Epoch(u16::MAX),
            acr: AcrValue::Assessed("a".repeat(limits::ACR)),
            amr: amr.clone(),
            auth_time: Some(now),
            scopes: Scopes::parse("openid offline_access"),
            resource: Some("r".repeat(128)),
        };
        let keys = Keys::for_tests("https://hufu.example");
        let mut length = |nonce: usize| keys.seal(&payload(nonce), &mut rng).unwrap().len();
        assert!(length(limits::NONCE) <= 1024, "{}", length(limits::NONCE));
        assert!(length(limits::NONCE + 400) > 1024, "the bound of the nonce is what keeps it so");
    }
}
