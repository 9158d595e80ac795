//! Reads an authorization request: a list of named checks in the order of the specifications.
//!
//! OpenID Connect Core §3.1.2.1, §3.1.2.2, §5.5; RFC 6749 §4.1.1; RFC 7636 §4.3; RFC 9207. Before the redirect URI is
//! trusted a refusal is a page; after it, a redirect. Knows no person, no session, no database and no HTTP.

mod carrier;
mod claims;
mod error;
mod prompt;
mod pushed;
mod request;
mod request_object;
mod request_refusal;
mod response;

pub use carrier::{Carrier, RequestUriError, registered_request_uri};
pub use claims::{AcrRequest, AuthTimeClaim, ClaimsError};
pub use error::{AuthorizeError, AuthorizeRefused};
pub use prompt::{Prompt, PromptError, Prompts};
pub use pushed::{PushedRequest, PushedUri};
pub use request::{AuthorizationRequest, client_id, refuse_unread};
pub use request_object::{Outside, RequestObject, RequestObjectError};
pub use response::{AuthorizationResponse, ReplyTo, ResponseMode, with_query};
