//! Signing in: factors, ceremonies, sessions, and who may try how often (PROTOCOL 11, 20–24).
//!
//! Pure: every function is given its instant, its randomness and its rows. Knows no page, no database and no website's
//! request beyond what `ask` is shown.

mod ask;
mod browser;
mod ceremony;
mod clients;
mod csrf;
mod digits;
mod letter;
mod level;
mod logout;
mod outcome;
mod passkey;
mod pin;
mod pin_hash;
mod quota;
mod rack;
#[cfg(test)]
mod scene;
mod session;
mod signed_in;
mod throttle;
mod totp;

pub use ask::{Ask, Authenticated, Hint, Hinted, Known, Why, Wish, ask};
pub use browser::{BrowserSecret, DeviceId, KnownBrowser};
pub use ceremony::{Interaction, InteractionRefused};
pub use clients::{ClientList, Visit};
pub use csrf::CsrfToken;
pub use letter::{Addressee, Envelope, Letter};
pub use level::{Bar, Missing, Steps, unmet};
pub use logout::{LogoutRefused, LogoutRequest, LogoutReturn, means_session};
pub use outcome::{Evidence, Found, Pin as PinCompared, SignInRefused, Verdict, Wording, admitted, judge};
pub use passkey::{
    Assertion, AttestationRoots, Attested, Challenge, NoDomain, NotARoot, PasskeyRefused, Passkeys, Proven,
    StoredPasskey,
};
pub use pin::{PinRule, choose_pin, normal_pin};
pub use pin_hash::{PinHash, UnreadableHash};
pub use quota::Quota;
pub use rack::{Full, Place, Rack};
pub use session::{Life, Session, SessionCookie, SessionSecrets, sid};
pub use signed_in::{Caps, FaceReference, SignedIn};
pub use throttle::{Admission, Attempt, Budget, Counter, Doors, SLOTS, Slot};
pub use totp::{CodeSource, FixedCodes, Matched};
