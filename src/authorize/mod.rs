//! Reads an authorization request: a list of named checks in the order of the specifications.
//!
//! OpenID Connect Core §3.1.2.1, §3.1.2.2, §5.5; RFC 6749 §4.1.1; RFC 7636 §4.3; RFC 9207. Before the redirect URI is
//! trusted a refusal is a page; after it, a redirect. Knows no person, no session, no database and no HTTP.

mod claims;
mod error;
mod prompt;
mod request;
mod response;

pub use claims::{AcrRequest, AuthTimeClaim, ClaimsError};
pub use error::{AuthorizeError, AuthorizeRefused};
pub use prompt::{Prompt, PromptError, Prompts};
pub use request::{AuthorizationRequest, client_id};
pub use response::{AuthorizationResponse, ReplyTo, ResponseMode, with_query};
