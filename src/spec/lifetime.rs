//! How long each thing lives: the one table (docs/operating.md prints the same).

use super::{Acr, Factor};
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An authorization code.
pub const CODE: Duration = Duration::from_secs(60);
/// An access token.
pub const ACCESS_TOKEN: Duration = Duration::from_secs(10 * MINUTE);
/// An ID token: as long as its access token.
pub const ID_TOKEN: Duration = ACCESS_TOKEN;
/// A family of refresh tokens that nobody uses.
pub const REFRESH_FAMILY: Duration = Duration::from_secs(90 * DAY);
/// How long a refresh token that was just used still answers with the same successor: for clients that ask twice at once,
/// or never received the answer.
pub const REFRESH_GRACE: Duration = Duration::from_secs(10);
/// A session without a request.
pub const SESSION_IDLE: Duration = Duration::from_secs(30 * MINUTE);
/// A session, whatever happens.
pub const SESSION_ABSOLUTE: Duration = Duration::from_secs(12 * HOUR);
/// A level, from the newest of its factors on: the higher, the shorter. The session itself lives [`SESSION_ABSOLUTE`], and
/// each factor by itself as long as the lowest level that counts it.
pub const fn level(level: Acr) -> Duration {
    Duration::from_secs(match level {
        Acr::Code => 12 * HOUR,
        Acr::Cert => 8 * HOUR,
        Acr::CertPin | Acr::CertFace | Acr::CertPinFace => 4 * HOUR,
    })
}
/// A factor, whatever it is counted for: as long as the lowest level that counts it.
pub const fn factor(factor: Factor) -> Duration {
    level(match factor {
        Factor::Pin | Factor::Code => Acr::Code,
        Factor::Cert => Acr::Cert,
        Factor::Face => Acr::CertFace,
    })
}
/// The step in which a session's `last_seen` moves.
pub const LAST_SEEN_STEP: Duration = Duration::from_secs(15 * MINUTE);
/// A pending request at the authorization endpoint.
pub const INTERACTION: Duration = Duration::from_secs(15 * MINUTE);
/// A pushed authorization request, until the browser brings it.
pub const PUSHED_REQUEST: Duration = Duration::from_secs(MINUTE);
/// A result-only consent.
pub const CONSENT: Duration = Duration::from_secs(365 * DAY);
/// What happened to a person's ways in, on the person's own page.
pub const EVENT: Duration = Duration::from_secs(180 * DAY);
/// How long new ways in wait after a re-proof before they replace the old ones, so that whoever is robbed of a document hears of
/// it in time. (The sandbox waits for seconds.)
pub const RECOVERY_WAIT: Duration = Duration::from_secs(3 * DAY);
/// A refusal kept for `hufu trace`.
pub const REFUSAL: Duration = Duration::from_secs(24 * HOUR);
/// What a website must be told of a session's end, until it is given up.
pub const LOGOUT_DELIVERY: Duration = Duration::from_secs(24 * HOUR);
/// How long a Logout Token may be believed.
pub const LOGOUT_TOKEN: Duration = Duration::from_secs(2 * MINUTE);
/// A client that registered itself without the operator's leave, which only the sandbox lets it.
pub const UNASKED_CLIENT: Duration = Duration::from_secs(30 * DAY);
/// A network certificate, from the first hour of the day on which it is issued.
pub const CERTIFICATE: Duration = Duration::from_secs(30 * DAY);
/// A status list: whoever keeps one for longer must fetch it again.
pub const STATUS_LIST: Duration = Duration::from_secs(DAY);
/// The step in which status lists change, and for which whoever reads one may keep it (`ttl`): all that changed meanwhile
/// changes together.
pub const STATUS_STEP: Duration = Duration::from_secs(15 * MINUTE);
/// A signing key, from its first signature to its last; a decryption key, while it is offered.
pub const SIGNING_KEY: Duration = Duration::from_secs(90 * DAY);
/// How long a signing key is published before it signs, and a decryption key is on every node before it is published.
pub const SIGNING_KEY_PUBLISHED_BEFORE: Duration = Duration::from_secs(24 * HOUR);
/// How long a decryption key that is published no more still decrypts: whoever cached the JWKS has fetched it again.
pub const RETIRED_DECRYPTION_KEY: Duration = Duration::from_secs(24 * HOUR);
/// A browser that a person has signed in from is known for this long.
pub const KNOWN_BROWSER: Duration = Duration::from_secs(400 * DAY);
/// A person's key, opened, in the memory of a node: so long after it was destroyed may another node still use it.
pub const OPENED_PERSON_KEY: Duration = Duration::from_secs(MINUTE);
/// A person's key that no person names: the application it was made for was never finished.
pub const ORPHANED_PERSON_KEY: Duration = Duration::from_secs(24 * HOUR);
/// How far two honest clocks may differ.
pub const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// A client assertion may claim no longer life than this (RFC 7523 §3).
pub const CLIENT_ASSERTION: Duration = Duration::from_secs(HOUR);
/// An application, from the notice to the dynamic code.
pub const APPLICATION: Duration = Duration::from_secs(30 * MINUTE);
/// The link that hands an application over to another browser.
pub const HAND_OVER: Duration = Duration::from_secs(5 * MINUTE);
/// A code in a text message.
pub const PHONE_CODE: Duration = Duration::from_secs(10 * MINUTE);
/// A voucher, from the counter to the application.
pub const VOUCHER: Duration = Duration::from_secs(30 * DAY);
/// A sign-in this recent may change the ways in (OWASP ASVS 6.3, re-authentication).
pub const RECENT: Duration = Duration::from_secs(15 * MINUTE);
