//! Writes DER. Only what certificates and security objects need; reading is the parsers' that this feeds.

pub(super) fn element(tag: u16, value: &[u8]) -> Vec<u8> {
    let tag = tag.to_be_bytes();
    let tag = if tag[0] == 0 { &tag[1..] } else { &tag[..] };
    let digits = value.len().to_be_bytes();
    let digits = &digits[digits.iter().position(|digit| *digit != 0).unwrap_or(digits.len() - 1)..];
    let length = match value.len() {
        short @ 0..=0x7f => vec![short as u8],
        _ => [&[0x80 | digits.len() as u8][..], digits].concat(),
    };
    [tag, &length, value].concat()
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// A SET OF: its elements in order (X.690 §11.6).
pub(super) fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    element(0x31, &parts.concat())
}

pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    let bytes = &bytes[first..];
    // A first bit that is set would mean a negative number.
    let sign: &[u8] = if bytes.first().is_none_or(|byte| byte & 0x80 != 0) { &[0] } else { &[] };
    element(0x02, &[sign, bytes].concat())
}

pub(super) fn octets(bytes: &[u8]) -> Vec<u8> {
    element(0x04, bytes)
}

pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], bytes].concat())
}

pub(super) fn null() -> Vec<u8> {
    vec![0x05, 0]
}

/// An object identifier in its dotted form.
pub(super) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let mut body = vec![(arcs[0] * 40 + arcs[1]) as u8];
    for arc in &arcs[2..] {
        let septets: Vec<u8> = (0..5).rev().map(|place| (arc >> (7 * place) & 0x7f) as u8).collect();
        let first = septets.iter().position(|septet| *septet != 0).unwrap_or(4);
        let last = septets.len() - 1;
        body.extend(
            septets[first..].iter().enumerate().map(
                |(place, septet)| {
                    if first + place == last { *septet } else { septet | 0x80 }
                },
            ),
        );
    }
    element(0x06, &body)
}

pub(super) fn boolean(value: bool) -> Vec<u8> {
    vec![0x01, 1, if value { 0xff } else { 0 }]
}

/// Inside `[number]`, constructed.
pub(super) fn context(number: u8, inside: &[u8]) -> Vec<u8> {
    element(u16::from(0xa0 | number), inside)
}

/// A `GeneralizedTime` in seconds.
pub(super) fn time(unix: i64) -> Vec<u8> {
    let at = time::OffsetDateTime::from_unix_timestamp(unix).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let month: u8 = at.month().into();
    let (year, text) =
        (at.year(), format!("{month:02}{:02}{:02}{:02}{:02}Z", at.day(), at.hour(), at.minute(), at.second()));
    // RFC 5280 §4.1.2.5: two digits of the year through 2049.
    if year < 2050 {
        element(0x17, format!("{:02}{text}", year % 100).as_bytes())
    } else {
        element(0x18, format!("{year}{text}").as_bytes())
    }
}
