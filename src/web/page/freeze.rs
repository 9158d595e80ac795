//! Freezing one's number, the answer to it, and the question before it is lifted (PROTOCOL 22).
//!
//! The form's answer never says whether anybody was frozen. Must not know it either: it has no field for that.

use askama::Template;

use super::{Chrome, Client};

/// Form: `POST /freeze` (`csrf`, `number`, `pin`).
#[derive(Debug, Template)]
#[template(path = "freeze.html")]
pub struct Freeze<'a> {
    pub chrome: Chrome<'a>,
    /// What was typed as the number, after an error; never the PIN.
    pub number: &'a str,
    pub problem: Option<FreezeProblem>,
}

impl Freeze<'_> {
    fn wrong(&self, problem: FreezeProblem) -> bool {
        self.problem == Some(problem)
    }
}

/// What can be said of what was typed without asking whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeProblem {
    /// Not 16 letters and digits.
    NumberShape,
    /// Not 8 digits.
    PinShape,
}

/// The answer.
#[derive(Debug, Template)]
#[template(path = "frozen.html")]
pub struct Frozen<'a> {
    pub chrome: Chrome<'a>,
    pub said: Said,
    /// Pages of websites that end their own sessions when this browser loads them.
    pub frames: Vec<&'a str>,
}

/// What may be said of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// "If number and PIN go together": to whoever typed them.
    Perhaps,
    /// To who was signed in.
    Certainly,
}

/// A passkey of somebody who is frozen was touched: lift, or leave it so?
///
/// Forms: `POST /signin/lift` (`csrf`, `interaction`, `credential`); leaving is `POST /consent` (`interaction`, `csrf`,
/// `decision=decline`) when a website asked.
#[derive(Debug, Template)]
#[template(path = "lift.html")]
pub struct Lift<'a> {
    pub chrome: Chrome<'a>,
    pub client: Option<Client<'a>>,
    /// Sealed: it knows which assertion the person is asked about.
    pub interaction: &'a str,
    /// That assertion, still unspent.
    pub credential: &'a str,
}
