//! A session: one browser, signed in with us. How it begins, how long it lives, and at which level.
//!
//! The row holds the hash of the cookie's secret, a coarse `last_seen` and the rest sealed (PROTOCOL 1, 14). A session ends
//! after thirty idle minutes or twelve hours; a *level* ends sooner the higher it is, and the session goes on at the one
//! below: who needs the higher again asks for it again. Knows no cookie attributes and no database.

use crate::keys::{Keys, Sealable, TagPurpose};
use crate::spec::{Acr, CeremonyId, ClientId, Factor, FactorSet, PersonId, SessionId, Timestamp, TokenHash, lifetime};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// A session's row, opened.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub person: PersonId,
    pub secret_hash: TokenHash,
    pub sealed: SessionSecrets,
    /// The start of the quarter of an hour in which the session was last used.
    pub last_seen: Timestamp,
}

/// The sealed part of a session's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSecrets {
    /// The ceremony: what the person really did, and when.
    pub factors: FactorSet,
    pub started: Timestamp,
    /// "Firefox, Windows": for the person's own list of sessions.
    pub browser: String,
}

/// Characters of a browser's name.
const NAME_CHARACTERS: usize = 40;

impl SessionSecrets {
    /// A ceremony that ends now, in a browser named so: one line, cut short, so that every row is as long.
    pub fn new(factors: FactorSet, started: Timestamp, browser: &str) -> Self {
        let browser = browser.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS).collect();
        Self { factors, started, browser }
    }
}

/// What a session still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// With the factors that still count.
    Live(FactorSet),
    /// Nobody used it for thirty minutes.
    Idle,
    /// Its last level has ended.
    Over,
}

impl Session {
    /// The one session that `ceremony` can begin, and the cookie for its browser.
    pub fn begin(
        ceremony: CeremonyId,
        person: PersonId,
        sealed: SessionSecrets,
        rng: &mut dyn CryptoRng,
    ) -> (Self, SessionCookie) {
        let started = sealed.started;
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        let cookie = SessionCookie { id: ceremony.session(started.plus(lifetime::SESSION_ABSOLUTE)), secret };
        let session = Self {
            id: cookie.id,
            person,
            secret_hash: cookie.secret_hash(),
            sealed,
            last_seen: started.step(lifetime::LAST_SEEN_STEP),
        };
        (session, cookie)
    }

    /// This session after another ceremony of the same person: the factors join, the secret is new, for a change of what
    /// a session may do ends the old cookie (OWASP ASVS 7.2.4).
    pub fn raise(&self, factors: &FactorSet, now: Timestamp, rng: &mut dyn CryptoRng) -> (Self, SessionCookie) {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        let cookie = SessionCookie { id: self.id, secret };
        let mut raised = self.clone();
        raised.sealed.factors = raised.sealed.factors.join(factors);
        raised.secret_hash = cookie.secret_hash();
        raised.last_seen = self.last_seen.max(Self::touched(now));
        (raised, cookie)
    }

    /// Whether `cookie` is this session's, in constant time.
    pub fn belongs_to(&self, cookie: &SessionCookie) -> bool {
        self.id == cookie.id && self.secret_hash.matches(&cookie.secret_hash())
    }

    /// What the session is at `now`.
    pub fn life(&self, now: Timestamp) -> Life {
        self.sealed.life(self.last_seen, now)
    }

    /// The `last_seen` of a request at `now`.
    pub fn touched(now: Timestamp) -> Timestamp {
        now.step(lifetime::LAST_SEEN_STEP)
    }
}

impl SessionSecrets {
    /// What a session is at `now` that was last used at `last_seen`.
    ///
    /// `last_seen` is rounded down, so a session that is used may end up to a quarter of an hour early, never late.
    pub fn life(&self, last_seen: Timestamp, now: Timestamp) -> Life {
        let Self { factors, started, .. } = self;
        if now >= started.plus(lifetime::SESSION_ABSOLUTE) {
            return Life::Over;
        }
        if now >= last_seen.max(*started).plus(lifetime::SESSION_IDLE) {
            return Life::Idle;
        }
        standing(factors, now).map_or(Life::Over, Life::Live)
    }
}

/// The session's name at one client: another at every other (PROTOCOL 5; OpenID Connect Back-Channel Logout §2.1).
pub fn sid(keys: &Keys, session: SessionId, client: &ClientId) -> String {
    BASE64URL_NOPAD.encode(&keys.tag(TagPurpose::Sid, &[session.as_bytes(), client.as_str().as_bytes()]))
}

/// All factors while every level they reach stands; those of the highest standing level otherwise.
///
/// A level stands while each of its factors does and the newest of them is recent enough for it. So whoever lacks a level
/// again is asked for the factor that has gone, and giving it is enough.
fn standing(factors: &FactorSet, now: Timestamp) -> Option<FactorSet> {
    let fresh = |factor: &Factor| factors.at(*factor).is_some_and(|at| now < at.plus(lifetime::factor(*factor)));
    let stands = |level: Acr| {
        let recent = factors.latest(level).is_some_and(|at| now < at.plus(lifetime::level(level)));
        recent && level.factors().iter().all(fresh)
    };
    let reached = || Acr::LADDER.iter().copied().filter(|level| level.met_by(factors));
    if reached().all(stands) {
        return reached().next().map(|_| factors.clone());
    }
    reached().rev().find(|level| stands(*level)).map(|level| factors.only(level))
}

/// The session cookie: the id and 256 random bits.
#[derive(Clone)]
pub struct SessionCookie {
    id: SessionId,
    secret: Zeroizing<[u8; 32]>,
}

impl SessionCookie {
    /// Reads the cookie; `None` when it is none of ours.
    pub fn parse(cookie: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(cookie.as_bytes()).ok()?);
        let (id, secret) = bytes.split_at_checked(16)?;
        Some(Self { id: SessionId::from_slice(id)?, secret: Zeroizing::new(secret.try_into().ok()?) })
    }

    /// The cookie's value.
    pub fn expose(&self) -> String {
        let bytes = Zeroizing::new([self.id.as_bytes().as_slice(), self.secret.as_slice()].concat());
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The row to look for.
    pub const fn id(&self) -> SessionId {
        self.id
    }

    fn secret_hash(&self) -> TokenHash {
        TokenHash::of(self.secret.as_slice())
    }
}

impl fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionCookie([redacted])")
    }
}

impl Sealable for SessionSecrets {
    const PURPOSE: &'static str = "session";
    const CLASSES: &'static [usize] = &[256];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Assurance;
    use rand::{SeedableRng, rngs::StdRng};
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_unix(1_790_000_123);
    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    fn session(factors: FactorSet) -> (Session, SessionCookie) {
        let mut rng = StdRng::seed_from_u64(1);
        let ceremony = CeremonyId::expiring(START, &mut rng);
        let sealed = SessionSecrets::new(factors, START, "Firefox, Linux");
        Session::begin(ceremony, PersonId::random(&mut rng), sealed, &mut rng)
    }

    /// The session as if it had been used all the while.
    fn busy(factors: &FactorSet, now: Timestamp) -> Life {
        Session { last_seen: Session::touched(now), ..session(factors.clone()).0 }.life(now)
    }

    fn cert() -> FactorSet {
        FactorSet::cert(START, Assurance::Synced)
    }

    #[test]
    fn the_cookie_comes_back_and_fits_its_own_session_only() {
        let (session, cookie) = session(cert());
        let again = SessionCookie::parse(&cookie.expose()).expect("our own");
        assert!(session.belongs_to(&again));
        assert_eq!(cookie.expose().len(), 64);
        let mut tampered = again.clone();
        tampered.secret[31] ^= 1;
        assert!(!session.belongs_to(&tampered));
        for text in ["", "AAAA", &cookie.expose()[..63], &format!("{}AAAA", cookie.expose()), &"é".repeat(32)] {
            assert!(SessionCookie::parse(text).is_none(), "{text}");
        }
        assert_eq!(format!("{cookie:?}"), "SessionCookie([redacted])");
    }

    /// PROTOCOL 23: "the challenge's id unique in the session insert".
    #[test]
    fn a_page_submitted_twice_makes_one_session() {
        let mut rng = StdRng::seed_from_u64(2);
        let ceremony = CeremonyId::expiring(START, &mut rng);
        let person = PersonId::random(&mut rng);
        let sealed = session(cert()).0.sealed;
        let (one, _) = Session::begin(ceremony, person, sealed.clone(), &mut rng);
        let (two, other_cookie) = Session::begin(ceremony, person, sealed, &mut rng);
        assert_eq!(one.id, two.id);
        assert!(!one.belongs_to(&other_cookie));
    }

    /// Lifetimes: "session 30 min idle".
    #[test]
    fn an_idle_session_ends_after_thirty_minutes_and_never_later() {
        let (fresh, _) = session(cert());
        assert!(matches!(fresh.life(START.plus(MINUTE * 30).minus(Duration::from_secs(1))), Life::Live(_)));
        assert_eq!(fresh.life(START.plus(MINUTE * 30)), Life::Idle);
        let used = START.plus(MINUTE * 29);
        let touched = Session { last_seen: Session::touched(used), ..fresh };
        assert!(matches!(touched.life(used.plus(MINUTE * 15)), Life::Live(_)));
        assert_eq!(touched.life(used.plus(MINUTE * 30)), Life::Idle);
    }

    /// Lifetimes: "12 h absolute, less at higher levels".
    #[test]
    fn a_session_ends_after_twelve_hours_whatever_happens() {
        let code = FactorSet::pin_and_code(START);
        assert_eq!(busy(&code, START.plus(HOUR * 12).minus(MINUTE)), Life::Live(code.clone()));
        assert_eq!(busy(&code, START.plus(HOUR * 12)), Life::Over);
        let again = code.join(&FactorSet::pin_and_code(START.plus(HOUR * 11)));
        assert_eq!(busy(&again, START.plus(HOUR * 12)), Life::Over, "raising a session does not prolong it");
        assert_eq!(busy(&cert(), START.plus(HOUR * 8)), Life::Over, "a passkey alone: eight hours");
    }

    #[test]
    fn a_higher_level_ends_sooner_and_the_session_goes_on_at_the_one_below() {
        let both = cert().join(&FactorSet::pin_and_code(START));
        let level = |hours: u32| match busy(&both, START.plus(HOUR * hours)) {
            Life::Live(factors) => factors.level(),
            Life::Idle | Life::Over => None,
        };
        assert_eq!(level(3), Some(Acr::CertPin));
        assert_eq!(level(4), Some(Acr::Cert));
        assert_eq!(level(8), Some(Acr::Code));
        assert_eq!(level(12), None);
    }

    /// Whoever is asked for a level's missing factor and gives it must have the level, or the questions go round for ever.
    #[test]
    fn a_factor_given_again_brings_the_level_back_while_the_others_stand() {
        let both = cert().join(&FactorSet::pin_and_code(START));
        for (hour, missing, given) in [
            (5, Factor::Pin, FactorSet::pin_and_code as fn(Timestamp) -> FactorSet),
            (9, Factor::Cert, |at| FactorSet::cert(at, Assurance::Synced)),
        ] {
            let now = START.plus(HOUR * hour);
            let Life::Live(factors) = busy(&both, now) else { panic!("live") };
            assert!(!factors.has(missing) && !Acr::CertPin.met_by(&factors), "{factors:?}");
            let Life::Live(factors) = busy(&both.clone().join(&given(now)), now) else { panic!("live") };
            assert_eq!(factors.level(), Some(Acr::CertPin), "{hour} h");
        }
    }

    /// PROTOCOL 1: "by blob length".
    #[test]
    fn every_sessions_row_is_as_long() {
        let factors = cert().join(&FactorSet::pin_and_code(START));
        let sealed = SessionSecrets::new(factors, START, &"蓝\n".repeat(500));
        let bytes = postcard::to_stdvec(&sealed).expect("serialises");
        assert!(bytes.len() < SessionSecrets::CLASSES[0], "{}", bytes.len());
        assert_eq!(postcard::from_bytes(&bytes), Ok(sealed));
    }

    /// PROTOCOL 1: "`last_seen` in 15-minute steps".
    #[test]
    fn a_session_is_touched_once_in_a_quarter_of_an_hour() {
        let (session, _) = session(cert());
        assert_eq!(session.last_seen.unix() % 900, 0);
        assert_eq!(Session::touched(START), session.last_seen);
        let later = START.plus(MINUTE * 15);
        assert!(Session::touched(later) > session.last_seen);
        assert_eq!(Session::touched(later.plus(MINUTE)), Session::touched(later));
    }
}
