//! One file per use case: open, ask, hash; then one write; then sign and answer. Owns the ports as traits.
//!
//! Knows HTTP no more than the rooms below do, and the database only by its two doors.

mod access;
pub mod apply;
pub mod authorize;
mod budget;
pub mod certificates;
mod client_auth;
mod client_keys;
pub mod discovery;
pub mod dynamic_code;
mod encryption;
pub mod ending;
mod error;
mod events;
pub mod export;
mod fetch;
pub mod freeze;
pub mod health;
pub mod interaction;
mod introspect;
mod known_clients;
pub mod logo;
mod logout;
pub mod me;
mod notices;
pub mod outbox;
pub mod passkeys;
pub mod person;
pub mod person_key;
pub mod pin;
pub mod ports;
mod provider;
mod push;
mod reach;
pub mod recovery;
mod redeem;
mod refresh;
pub mod refusals;
pub mod register;
pub mod registration;
mod request;
mod resource;
mod revoke;
pub mod session;
mod sign_in;
mod sign_in_face;
mod sign_in_passkey;
pub mod signing;
pub mod status_lists;
mod upkeep;
mod userinfo;

pub use authorize::{Arrival, BarredPage, ConsentPage, Next, SignInPage, authorize};
pub use error::Unavailable;
pub use fetch::{Bounds, Fetch, FetchError, Fetched, Fetching};
pub use introspect::introspect;
pub use logout::{
    Back, Leaving, LeavingNext, LeavingRefused, NotHeard, SignedOut, logout, seal as seal_way_back, sign_out,
    sign_out_everywhere,
};
pub use outbox::Outbox;
pub use provider::{Mode, Parts, Provider, World};
pub use push::{PushError, PushedAnswer, push};
pub use reach::Step;
pub use redeem::token;
pub use revoke::revoke;
pub use sign_in::{CodeAttempt, NotSignedIn, SignedInNow, by_code as sign_in_by_code};
pub use sign_in_face::{FaceAttempt, NotChecked, by_face as sign_in_by_face};
pub use sign_in_passkey::{PasskeyAttempt, Touched, by_passkey as sign_in_by_passkey, lift, offer as offer_passkey};
pub use upkeep::Upkeep;
pub use userinfo::{UserInfoError, userinfo};
