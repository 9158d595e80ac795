//! Checks who asks: HTTP Message Signatures with Ed25519 (RFC 9421), the body's digest (RFC 9530). Written from the standards, not
//! from our own signer, so that the two hold each other to them.

use actix_web::HttpRequest;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use data_encoding::BASE64;

/// Seconds that the two clocks may differ.
const SKEW: u64 = 300;
/// What must be covered, and in this order.
const COVERED: [&str; 5] = ["@method", "@authority", "@path", "content-digest", "idempotency-key"];

/// The name of the key that a request says it is signed with; empty where it says none. Providers share neither
/// idempotency keys nor an inbox.
pub(super) fn caller(request: &HttpRequest) -> &str {
    let input = request.headers().get("signature-input").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = input.split(';').find_map(|part| part.strip_prefix("keyid=\"")?.strip_suffix('"'));
    named.unwrap_or_default()
}

/// Why a request is not theirs. `now` is `None` where clocks are not compared.
pub(super) fn check(
    request: &HttpRequest,
    body: &[u8],
    public_key: &[u8; 32],
    now: Option<i64>,
) -> Result<(), &'static str> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let value = |name, missing| header(name).ok_or(missing);
    let content_digest = value("content-digest", "no Content-Digest")?;
    let input = value("signature-input", "no Signature-Input")?;
    let signature = value("signature", "no Signature")?;

    let found = content_digest.strip_prefix("sha-256=:").and_then(|rest| rest.strip_suffix(':'));
    if found != Some(BASE64.encode(digest(&SHA256, body).as_ref()).as_str()) {
        return Err("Content-Digest does not fit the body");
    }
    let parameters = input.strip_prefix("sig1=").ok_or("Signature-Input has another label than sig1")?;
    let names: Vec<_> = COVERED.iter().map(|name| format!("\"{name}\"")).collect();
    let rest =
        parameters.strip_prefix(&format!("({});", names.join(" "))).ok_or("Signature-Input covers something else")?;
    let created = rest.split(';').find_map(|part| part.strip_prefix("created=")?.parse::<i64>().ok());
    let created = created.ok_or("Signature-Input has no `created`")?;
    if now.is_some_and(|now| now.abs_diff(created) > SKEW) {
        return Err("the signature is stale");
    }

    let authority = request.uri().authority().map(|authority| authority.as_str()).or(header("host"));
    let authority = authority.ok_or("no Host")?.to_ascii_lowercase();
    let key = value("idempotency-key", "no Idempotency-Key")?;
    let values = [request.method().as_str(), &authority, request.path(), content_digest, key];
    let lines: String = COVERED.iter().zip(values).map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
    let base = format!("{lines}\"@signature-params\": {parameters}");
    let signature = signature.strip_prefix("sig1=:").and_then(|rest| rest.strip_suffix(':'));
    let signature =
        signature.and_then(|text| BASE64.decode(text.as_bytes()).ok()).ok_or("Signature is no signature")?;
    UnparsedPublicKey::new(&ED25519, public_key)
        .verify(base.as_bytes(), &signature)
        .map_err(|_| "the signature does not fit")
}
