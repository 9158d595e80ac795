//! People, in Chromium: with a virtual authenticator, without JavaScript, by keyboard alone, in every light.

mod apply;
mod browser_only;
mod driver;
mod form_post;
mod logout;
mod me;
mod passkey;
mod rare;
mod recovery;
mod sign_in;
mod tour;
mod wallet;

pub use driver::{Chrome, Script};
