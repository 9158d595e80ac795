//! Makes and verifies tokens. OpenID Connect Core §2, §3.1.3.3; RFC 6749 §5.1; PROTOCOL 4, 6.
//!
//! An ID token holds what was agreed and nothing else: its claims can be built from a redeemed code or a renewed refresh
//! token only. Knows no HTTP and no database.

mod access_token;
mod error;
mod id_token;
mod introspection;
mod issuance;
mod logout_token;
mod refresh;
mod refresh_error;
mod request;
mod response;

pub use access_token::{AccessToken, AccessTokenError, AccessTokenPayload, VerifiedAccessToken};
pub use error::TokenError;
pub use id_token::IdTokenClaims;
pub use introspection::{Introspection, IntrospectionResponse, IntrospectionShape};
pub use issuance::{Audience, Issuance, StandsBy, family_of};
pub use logout_token::LogoutTokenClaims;
pub use refresh::{
    FIRST_GENERATION, FamilyState, MatchedRefreshToken, PresentedRefreshToken, RefreshToken, RefreshTokenPayload, Turn,
    may_refresh,
};
pub use refresh_error::RefreshError;
pub use request::{AuthorizationCodeRequest, RefreshRequest, TokenRequest};
pub use response::TokenSet;
