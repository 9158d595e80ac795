//! What a person types, reads aloud, or has in a row.

use super::text;
use hufu::authn::{CodeSource, FixedCodes, PinHash, choose_pin, normal_pin};
use hufu::person::{NetworkNumber, PersonState};
use hufu::spec::{DynamicCode, Pin, Timestamp, TraceId};

/// A number that is read renders to its one form, which reads as the same number.
pub fn network_number(data: &[u8]) {
    let Ok(number) = NetworkNumber::parse(&text(data)) else { return };
    let again = NetworkNumber::parse(&number.grouped()).expect("its own form");
    assert!(again.matches(&number));
    assert_eq!(again.grouped(), number.grouped());
    assert_eq!(number.expose().len(), 16);
    assert!(number.expose().iter().all(|byte| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(byte)));
    assert!(!number.masked().contains(&number.grouped()[..4]) || number.grouped()[..4] == number.grouped()[15..]);
}

/// A PIN that may be chosen is eight digits, and normal already.
pub fn pin_and_code(data: &[u8]) {
    let typed = text(data);
    let pin = Pin::new(typed.clone());
    assert_eq!(normal_pin(&normal_pin(&pin)).expose(), normal_pin(&pin).expose());
    if let Ok(chosen) = choose_pin(&pin, None) {
        assert!(chosen.expose().len() == 8 && chosen.expose().bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(chosen.expose(), normal_pin(&pin).expose());
    }
    let now = Timestamp::from_unix(1_790_000_000);
    let code = DynamicCode::new(typed.clone());
    if let Some(fixed) = CodeSource::fixed(&typed) {
        assert!(fixed.check(&code, now, FixedCodes::Sandbox).is_some());
        assert!(fixed.check(&code, now, FixedCodes::Refused).is_none(), "a fixed code outside the sandbox");
    }
    let _ = CodeSource::decoy().check(&code, now, FixedCodes::Refused);
}

/// What a row holds reads back as it was.
pub fn pin_hash(data: &[u8]) {
    let row = text(data);
    if let Ok(hash) = PinHash::parse(&row) {
        let again = PinHash::parse(&hash.to_phc()).expect("its own text");
        assert_eq!(again.to_phc(), hash.to_phc());
        assert_eq!(again.pepper(), hash.pepper());
    }
    if let Some(state) = PersonState::parse(&row) {
        assert_eq!(state.text(), row);
    }
}

/// A trace id that is read is spoken in its one form.
pub fn trace_id(data: &[u8]) {
    let Some(trace) = TraceId::from_spoken(&text(data)) else { return };
    assert_eq!(trace.spoken().len(), 19);
    assert_eq!(TraceId::from_spoken(&trace.spoken()), Some(trace));
}
