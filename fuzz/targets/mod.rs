//! What every parser that meets the outside must do with any bytes: answer, and keep its promise.
//!
//! One function per target, using only what `hufu` offers to anybody; a broken promise is a panic. `fuzz_targets/` hands
//! them to libFuzzer; `tests/it/fuzz.rs` replays `corpus/` through them and mutates it a little.

mod client;
mod document;
mod jose;
mod jwe;
mod passkey;
mod person;
mod redirect;
mod request;
mod sealed;
mod settings;

use hufu::spec::Refuse;
use std::borrow::Cow;

/// A promise about any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also the name of its folder in `corpus/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("authorize", request::authorize),
    ("chip_answers", document::chip_answers),
    ("chip_files", document::chip_files),
    ("chip_keys", document::chip_keys),
    ("claims", request::claims),
    ("client_credentials", client::credentials),
    ("client_metadata", client::metadata),
    ("config", settings::config),
    ("cookies", sealed::cookies),
    ("document_zone", document::zone_and_number),
    ("holder_proof", jose::holder_proof),
    ("jwe", jwe::jwe),
    ("jwks", jose::jwks),
    ("jwt", jose::jwt),
    ("key_ring", settings::key_ring),
    ("logout", request::logout),
    ("network_number", person::network_number),
    ("params", request::params),
    ("passkey_assertion", passkey::assertion),
    ("passkey_attestation", passkey::attestation),
    ("passkey_json", passkey::json),
    ("pin_and_code", person::pin_and_code),
    ("pin_hash", person::pin_hash),
    ("preferences", settings::preferences),
    ("reader_answer", document::reader_answer),
    ("redirect_uri", redirect::redirect_uri),
    ("registration", client::registration),
    ("sealed", sealed::sealed),
    ("security_object", document::security_object),
    ("tampered", sealed::tampered),
    ("token_request", client::token_request),
    ("trace_id", person::trace_id),
];

/// Runs one target.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of that name");
    target(data);
}

/// The bytes as text: most parsers are given nothing else.
fn text(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// The first line, and the rest.
fn first_line(data: &[u8]) -> (Cow<'_, str>, &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (text(&data[..end]), &data[end + 1..]),
        None => (text(data), &[]),
    }
}

/// A refusal can be told in the characters that `error_description` may hold (RFC 6749 §5.2).
fn can_be_told(cause: &impl Refuse) {
    let told = cause.refusal().error_description();
    assert!(told.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{told}");
}
