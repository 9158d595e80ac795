//! Sign-in, consent, and the page for minors.
//!
//! One wording for every wrong credential: an unknown number, a wrong PIN, a used code, a frozen or suspended person
//! look the same. Must not know why a sign-in failed beyond [`SignInProblem`].

use askama::Template;

use super::{Applications, Chrome};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    pub name: &'a str,
    pub kind: ClientKind<'a>,
    /// The client_id under which its logo is shown, when it registered one: from our own address, never from its own.
    pub logo: Option<&'a str>,
    /// What it says about data.
    pub policy: Option<&'a str>,
    /// What it asks its visitors to agree to.
    pub terms: Option<&'a str>,
    /// Where the website lets people in who cannot or will not use a network number, as it registered it.
    pub other_way: Option<&'a str>,
}

/// What can be known of who asks.
#[derive(Clone, Copy, Debug)]
pub enum ClientKind<'a> {
    /// A website: the host it registered.
    Website { host: &'a str },
    /// An app on this device (loopback or private-use redirect, RFC 8252 §8.6): the address we would return to.
    /// Nobody can prove which app that is, and the page says so.
    App { redirect: &'a str },
}

/// Sign-in, with passkey or with number, PIN and code.
///
/// Forms: `POST /signin/passkey` (`interaction`, `csrf`, `credential`), `POST /signin/code`
/// (`interaction`, `csrf`, `number`, `pin`, `code`), `POST /signin/without` (`interaction`, `csrf`), where the website does not
/// insist, `POST /consent` (`interaction`, `csrf`, `decision=decline`).
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    pub chrome: Chrome<'a>,
    /// `None`: the person comes of their own accord, to `/me`.
    pub client: Option<Client<'a>>,
    pub why: Why,
    pub step: Step,
    /// The sealed interaction, or whatever says where to go afterwards.
    pub interaction: &'a str,
    /// JSON of the WebAuthn request: `{"publicKey": {…}}` or its inside. Empty: no passkey is offered.
    pub passkey_options: &'a str,
    /// What was typed as the number, after an error; never the PIN, never the code.
    pub number: &'a str,
    pub applications: Applications,
    pub problem: Option<SignInProblem>,
}

impl SignIn<'_> {
    /// Key of what the website asks for.
    const fn lead(&self) -> &'static str {
        match (self.why, self.step) {
            (Why::First, _) => "signin-asks",
            (Why::Again, _) => "signin-again",
            (Why::NeedsPasskey, Step::Required) => "signin-needs-passkey",
            (Why::NeedsPasskey, Step::Voluntary) => "signin-wishes-passkey",
            (Why::NeedsCode, Step::Required) => "signin-needs-code",
            (Why::NeedsCode, Step::Voluntary) => "signin-wishes-code",
        }
    }

    fn offers_passkey(&self) -> bool {
        self.why != Why::NeedsCode && !self.passkey_options.is_empty()
    }

    fn offers_code(&self) -> bool {
        self.why != Why::NeedsPasskey
    }

    fn wrong(&self, field: Field) -> bool {
        use SignInProblem::{CodeShape, Mismatch, NumberShape, PinShape};
        match self.problem {
            Some(Mismatch) => true,
            Some(NumberShape) => field == Field::Number,
            Some(PinShape) => field == Field::Pin,
            Some(CodeShape) => field == Field::Code,
            _ => false,
        }
    }

    /// The problem stands beside the fields that it is about: the focus scrolls there, and the words must be in sight.
    fn of_fields(&self) -> bool {
        [Field::Number, Field::Pin, Field::Code].into_iter().any(|field| self.wrong(field))
    }

    /// The first field to mend gets the focus; after a mismatch that is the PIN, as the number is usually right.
    fn focus(&self, field: Field) -> bool {
        match self.problem {
            Some(SignInProblem::Mismatch) => field == Field::Pin,
            _ => self.wrong(field),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Number,
    Pin,
    Code,
}

/// Why the page asks to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody is signed in.
    First,
    /// Somebody is, but a fresh ceremony is wanted (`prompt=login`, `max_age`).
    Again,
    /// The level that is asked for takes a passkey as well (`acr`): only that is offered.
    NeedsPasskey,
    /// It takes PIN and code as well: only those are offered.
    NeedsCode,
}

/// Whether the website insists on what the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Required,
    /// The person can go on without.
    Voluntary,
}

/// What went wrong with the last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Not 16 letters and digits.
    NumberShape,
    /// Not 8 digits.
    PinShape,
    /// Not 8 digits.
    CodeShape,
    /// Number, PIN and code do not belong together; also an unknown, frozen or suspended person.
    Mismatch,
    /// The passkey was not accepted, for whatever reason.
    Passkey,
    /// Too many tries.
    TooMany { minutes: u64 },
    /// The page was open too long; this is a fresh one.
    Stale,
}

/// Consent to the result only. Form: `POST /consent` (`interaction`, `csrf`, `decision` = `allow` | `decline`).
#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    pub chrome: Chrome<'a>,
    pub client: Client<'a>,
    pub interaction: &'a str,
    /// The last four characters of the network number of whoever is signed in, so that two who share a browser notice.
    pub number_end: Option<&'a str>,
    /// The website may renew its tokens although the person is not there.
    pub offline: bool,
    /// The host of another website that is asked on the person's behalf.
    pub elsewhere: Option<&'a str>,
}

/// A minor whose guardian cannot yet be asked.
/// Form: `POST /consent` (`interaction`, `csrf`, `decision=decline`), when a website asked.
#[derive(Debug, Template)]
#[template(path = "minors.html")]
pub struct Minors<'a> {
    pub chrome: Chrome<'a>,
    pub client: Option<Client<'a>>,
    pub minor: Minor,
    pub interaction: &'a str,
}

/// The two ages that the law tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minor {
    /// 8 to 13: the guardian applies.
    Under14,
    /// 14 to 17: under the guardian's supervision.
    Under18,
}
