//! What the tests from outside stand on: the product's own binary, a browser without JavaScript, an ordinary website.
//!
//! Nothing here knows the house from within: it speaks HTTP, HTML forms and command lines only.

pub mod applicant;
pub mod assertion;
pub mod browser;
pub mod canary;
pub mod chance;
pub mod demo;
pub mod edit;
pub mod html;
pub mod passkey;
pub mod persona;
pub mod refused;
pub mod rp;
pub mod wire;

pub use browser::{Browser, Stop};
pub use demo::{Demo, Registered};
pub use html::Page;
pub use passkey::Device;
pub use persona::Persona;
pub use refused::{Refused, Shape};
pub use rp::{Login, Rp};
