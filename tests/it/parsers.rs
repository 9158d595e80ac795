//! Whatever a browser, a row or a stranger sends: a parser answers, and what it accepts it writes back as it was.

use hufu::authn::{Assertion, BrowserSecret, PinHash, SessionCookie, normal_pin};
use hufu::person::{NetworkNumber, PersonState};
use hufu::spec::Pin;
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,120}") {
        let _ = Assertion::read(&text);
        let _ = BrowserSecret::parse(&text);
        let _ = SessionCookie::parse(&text);
        let _ = PersonState::parse(&text);
        let _ = NetworkNumber::parse(&text);
        let _ = PinHash::parse(&text);
        let _ = PinHash::parse(&format!("$argon2id$v=19$m=19456,t=2,p=1,keyid={text}"));
        let _ = normal_pin(&Pin::new(text));
    }

    #[test]
    fn what_is_accepted_has_one_form(text in "[0-9A-Za-z]{14}") {
        // Of the 1,024 endings exactly one fits.
        let mut fitting = 0;
        for first in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
            for second in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
                if let Ok(number) = NetworkNumber::parse(&format!("{text}{first}{second}")) {
                    let again = NetworkNumber::parse(&number.grouped()).expect("its own form");
                    prop_assert!(again.matches(&number));
                    fitting += 1;
                }
            }
        }
        prop_assert_eq!(fitting, usize::from(!text.to_uppercase().contains('U')));
    }

    #[test]
    fn a_session_cookie_has_one_form(bytes in any::<[u8; 48]>()) {
        let text = data_encoding::BASE64URL_NOPAD.encode(&bytes);
        prop_assert_eq!(SessionCookie::parse(&text).map(|cookie| cookie.expose()), Some(text));
    }
}
