//! The face service's twin. docs/ports/face.md, "The twin".
//!
//! It sees no faces. Pictures that the sandbox made carry a mark of whose they are; a form may send a word instead of a picture.

use super::Twin;
use super::exchange::{Answered, Question, Wrong};
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::json;

/// Stands before the mark: a person's key, or one of the words below.
const MARK: &[u8] = b"hufu-sandbox-face:";
/// The first bytes of JPEG, PNG, WebP, WebM, and of JPEG 2000 and MP4 after their length.
const PICTURES: [&[u8]; 4] = [b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"\x1aE\xdf\xa3"];
const BOXED: [&[u8]; 2] = [b"jP  ", b"ftyp"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comparison {
    sample: String,
    reference: Reference,
    nonce: String,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Reference {
    Chip { dg2: String },
    Registry { registry_ref: String },
}

pub(super) fn compare(twin: &Twin, question: &Question<'_>) -> Answered {
    let Comparison { sample, reference, nonce } = question.read()?;
    if nonce.len() != 32 || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Wrong("the nonce is not 32 hexadecimal digits"));
    }
    let bytes = |text: &str| BASE64.decode(text.as_bytes()).map_err(|_| Wrong("no base64"));
    let holder = match reference {
        Reference::Chip { dg2 } => mark(&bytes(&dg2)?),
        Reference::Registry { registry_ref } => match twin.people.by_reference(&registry_ref) {
            Some(found) => Some(found.key.clone()),
            None => return Err(Wrong("nobody has this reference")),
        },
    };
    let (band, liveness) = judge(&bytes(&sample)?, holder.as_deref());
    Ok(json!({ "band": band, "liveness": liveness }))
}

fn judge(sample: &[u8], holder: Option<&str>) -> (&'static str, &'static str) {
    match mark(sample).as_deref() {
        Some("holder") => ("same", "living"),
        Some("somebody-else") => ("different", "living"),
        Some("photograph") => ("same", "not_living"),
        Some("unclear") => ("unsure", "living"),
        Some(whose) if Some(whose) == holder => ("same", "living"),
        Some(_) => ("different", "living"),
        // Whoever tries the sandbox has a face that nobody invented: their word is taken.
        None if is_picture(sample) => ("same", "living"),
        None => ("unsure", "living"),
    }
}

fn mark(bytes: &[u8]) -> Option<String> {
    let begins = bytes.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let word =
        bytes[begins..].iter().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || **byte == b'-');
    Some(word.map(|byte| char::from(*byte)).collect())
}

fn is_picture(bytes: &[u8]) -> bool {
    PICTURES.iter().any(|head| bytes.starts_with(head))
        || BOXED.iter().any(|head| bytes.get(4..).is_some_and(|rest| rest.starts_with(head)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_decides_before_the_picture_does() {
        for (sample, judged) in [
            (&b"hufu-sandbox-face:holder"[..], ("same", "living")),
            (b"hufu-sandbox-face:somebody-else", ("different", "living")),
            (b"hufu-sandbox-face:photograph", ("same", "not_living")),
            (b"hufu-sandbox-face:unclear", ("unsure", "living")),
            (b"\xff\xd8\xff..hufu-sandbox-face:xu\0..", ("same", "living")),
            (b"\xff\xd8\xff..hufu-sandbox-face:gao\0..", ("different", "living")),
            (b"\xff\xd8\xff\xe0 a camera's own", ("same", "living")),
            (b"a text", ("unsure", "living")),
        ] {
            assert_eq!(judge(sample, Some("xu")), judged, "{}", String::from_utf8_lossy(sample));
        }
    }
}
