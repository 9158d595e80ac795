//! What one browser holds an application by: its id and 256 random bits.

use crate::spec::{ApplicationId, TokenHash};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use zeroize::Zeroizing;

/// The cookie's value. The row holds the hash of the secret.
pub(super) struct ApplyCookie {
    id: ApplicationId,
    secret: Zeroizing<[u8; 32]>,
}

impl ApplyCookie {
    pub fn random(id: ApplicationId, rng: &mut dyn CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        Self { id, secret }
    }

    /// Reads the cookie; `None` when it is none of ours.
    pub fn parse(cookie: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(cookie.as_bytes()).ok()?);
        let (id, secret) = bytes.split_at_checked(16)?;
        Some(Self { id: ApplicationId::from_slice(id)?, secret: Zeroizing::new(secret.try_into().ok()?) })
    }

    pub fn expose(&self) -> String {
        let bytes = Zeroizing::new([self.id.as_bytes().as_slice(), self.secret.as_slice()].concat());
        BASE64URL_NOPAD.encode(&bytes)
    }

    pub const fn id(&self) -> ApplicationId {
        self.id
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.secret.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Timestamp;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn the_cookie_comes_back_and_anything_else_is_none() {
        let mut rng = StdRng::seed_from_u64(1);
        let cookie = ApplyCookie::random(ApplicationId::expiring(Timestamp::from_unix(0), &mut rng), &mut rng);
        let again = ApplyCookie::parse(&cookie.expose()).expect("our own");
        assert!(again.id() == cookie.id() && again.hash().matches(&cookie.hash()));
        for text in ["", "AAAA", &cookie.expose()[..63], &format!("{}AAAA", cookie.expose()), &"é".repeat(32)] {
            assert!(ApplyCookie::parse(text).is_none(), "{text}");
        }
    }
}
