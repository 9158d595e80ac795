//! Makes and verifies tokens. OpenID Connect Core §2, §3.1.3.3; RFC 6749 §5.1; PROTOCOL 4, 6.
//!
//! An ID token holds what was agreed and nothing else: its claims can be built from a redeemed code only. Knows no HTTP
//! and no database.

mod access_token;
mod error;
mod id_token;
mod logout_token;
mod request;
mod response;

pub use access_token::{AccessToken, AccessTokenError, AccessTokenPayload, VerifiedAccessToken};
pub use error::TokenError;
pub use id_token::IdTokenClaims;
pub use logout_token::LogoutTokenClaims;
pub use request::{AuthorizationCodeRequest, TokenRequest};
pub use response::TokenSet;
