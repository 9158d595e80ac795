//! Which PINs a person may choose: eight digits that are not among the first that anybody would try.
//!
//! NIST SP 800-63B §3.1.1.2: a chosen secret is compared with commonly used and context-specific values, and the refusal
//! says why. Decides the rules only; hashing is `pin_hash`, counting is `throttle`.

use super::digits;
use crate::spec::{BirthDate, Pin};

/// The rule that a PIN breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinRule {
    #[error("a PIN has eight digits")]
    EightDigits,
    #[error("the digits repeat")]
    Repeated,
    #[error("the digits run up or down in even steps")]
    Sequential,
    #[error("the digits read the same backwards")]
    Palindrome,
    #[error("the digits are a birth date, forwards or backwards")]
    BirthDate,
    #[error("the PIN is among the most used ones")]
    Common,
}

/// Favourites that no rule of form catches: keypad shapes, pairs that count, doubled years.
const COMMON: &[&[u8; 8]] = &[
    b"11223344",
    b"12341235",
    b"12344321",
    b"12345679",
    b"12345687",
    b"12345688",
    b"12345699",
    b"12345670",
    b"14725836",
    b"14789632",
    b"15935728",
    b"15975346",
    b"19491001",
    b"20002001",
    b"20082009",
    b"20202021",
    b"22334455",
    b"25802580",
    b"31415926",
    b"27182818",
    b"33445566",
    b"36925814",
    b"44556677",
    b"52013140",
    b"52013149",
    b"55667788",
    b"66778899",
    b"74108520",
    b"78945612",
    b"88776655",
    b"88888886",
    b"96385274",
    b"98765431",
    b"99887766",
    b"00112233",
    b"01478520",
];

/// A typed PIN in its one normal form, whatever the width and grouping of its digits; anything else stays as it is, so that
/// it costs a hash like every other wrong PIN. Nothing but this goes through the pepper.
pub fn normal_pin(typed: &Pin) -> Pin {
    match digits::eight(typed.expose()) {
        Some(digits) => Pin::new(digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>()),
        None => typed.clone(),
    }
}

/// Checks a PIN that a person chooses, and gives its normal form. Where `born` is not known, and we keep no birth date,
/// every date of these two centuries might be it.
///
/// # Errors
/// The first rule that the PIN breaks.
pub fn choose_pin(pin: &Pin, born: Option<BirthDate>) -> Result<Pin, PinRule> {
    let digits = digits::eight(pin.expose()).ok_or(PinRule::EightDigits)?;
    let rules: [(bool, PinRule); 5] = [
        (repeats(&digits), PinRule::Repeated),
        (runs(&digits), PinRule::Sequential),
        (digits.iter().eq(digits.iter().rev()), PinRule::Palindrome),
        (
            either_way(&digits, |digits| born.map_or_else(|| is_date(digits), |born| tells(digits, born))),
            PinRule::BirthDate,
        ),
        (COMMON.iter().any(|known| known.iter().map(|c| c - b'0').eq(digits.iter().copied())), PinRule::Common),
    ];
    rules.into_iter().find(|(broken, _)| *broken).map_or_else(|| Ok(normal_pin(pin)), |(_, rule)| Err(rule))
}

/// At most two different digits, one digit four times in a row, or a block of up to four digits over and over.
fn repeats(digits: &[u8; 8]) -> bool {
    let different = (0..10).filter(|digit| digits.contains(digit)).count();
    let in_a_row = digits.windows(4).any(|four| four.iter().all(|digit| *digit == four[0]));
    let blocks = [1, 2, 4].iter().any(|&block| digits.chunks(block).all(|chunk| *chunk == digits[..block]));
    different <= 2 || in_a_row || blocks
}

/// One step throughout (0246 8024), or six neighbours that count up or down, with 9 and 0 as neighbours.
fn runs(digits: &[u8; 8]) -> bool {
    let steps: Vec<u8> = digits.windows(2).map(|pair| (10 + pair[1] - pair[0]) % 10).collect();
    steps.iter().all(|step| *step == steps[0])
        || steps.windows(5).any(|five| matches!(five[0], 1 | 9) && five.iter().all(|step| *step == five[0]))
}

/// Read from the front or from the back.
fn either_way(digits: &[u8; 8], rule: impl Fn(&[u8; 8]) -> bool) -> bool {
    let mut backwards = *digits;
    backwards.reverse();
    rule(digits) || rule(&backwards)
}

/// The date in any usual order of year, month and day, with the year in four digits, or in two beside other digits.
fn tells(digits: &[u8; 8], born: BirthDate) -> bool {
    let (year, month, day) = (format!("{:04}", born.year), format!("{:02}", born.month), format!("{:02}", born.day));
    let short = year.get(2..).unwrap_or_default();
    let typed: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    [&year, short].iter().any(|year| {
        [format!("{year}{month}{day}"), format!("{day}{month}{year}"), format!("{month}{day}{year}")]
            .iter()
            .any(|date| typed.contains(date.as_str()))
    })
}

/// A day of 1900 to 2099 in any usual order.
fn is_date(digits: &[u8; 8]) -> bool {
    let number = |places: &[usize]| places.iter().fold(0, |sum, place| sum * 10 + u16::from(digits[*place]));
    let orders = [([0, 1, 2, 3], [4, 5], [6, 7]), ([4, 5, 6, 7], [2, 3], [0, 1]), ([4, 5, 6, 7], [0, 1], [2, 3])];
    orders.iter().any(|(year, month, day)| {
        (1900..2100).contains(&number(year)) && (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(pin: &str) -> Result<(), PinRule> {
        choose_pin(&Pin::new(pin), Some(BirthDate { year: 1987, month: 4, day: 23 })).map(|_| ())
    }

    #[test]
    fn a_pin_that_anybody_would_try_first_is_refused_and_the_rule_is_named() {
        for (pin, rule) in [
            ("1234567", PinRule::EightDigits),
            ("abcdefgh", PinRule::EightDigits),
            ("00000000", PinRule::Repeated),
            ("12121212", PinRule::Repeated),
            ("12341234", PinRule::Repeated),
            ("11112222", PinRule::Repeated),
            ("73333915", PinRule::Repeated),
            ("12345678", PinRule::Sequential),
            ("98765432", PinRule::Sequential),
            ("67890123", PinRule::Sequential),
            ("02468024", PinRule::Sequential),
            ("12345671", PinRule::Sequential),
            ("72345670", PinRule::Sequential),
            ("13577531", PinRule::Palindrome),
            ("19870423", PinRule::BirthDate),
            ("23041987", PinRule::BirthDate),
            ("04231987", PinRule::BirthDate),
            ("87042399", PinRule::BirthDate),
            ("32407891", PinRule::BirthDate),
            ("78914032", PinRule::BirthDate),
            ("99324078", PinRule::BirthDate),
            ("31415926", PinRule::Common),
            ("25802580", PinRule::Repeated),
        ] {
            assert_eq!(chosen(pin), Err(rule), "{pin}");
        }
    }

    #[test]
    fn any_date_is_refused_where_the_birth_date_is_not_known() {
        for (pin, rule) in [
            ("19870121", Err(PinRule::BirthDate)),
            ("21011987", Err(PinRule::BirthDate)),
            ("01211987", Err(PinRule::BirthDate)),
            ("20991231", Err(PinRule::BirthDate)),
            ("12107891", Err(PinRule::BirthDate)),
            ("19871321", Ok(())),
            ("18990121", Ok(())),
        ] {
            assert_eq!(choose_pin(&Pin::new(pin), None).map(|_| ()), rule, "{pin}");
        }
    }

    #[test]
    fn an_ordinary_pin_is_free_to_choose() {
        for pin in ["83620174", "40918273", "19960815", "7394 0182"] {
            assert_eq!(chosen(pin), Ok(()), "{pin}");
        }
    }

    #[test]
    fn a_pin_is_the_same_pin_in_every_width_and_grouping() {
        for typed in ["83620174", "8362 0174", "８３６２０１７４"] {
            assert_eq!(normal_pin(&Pin::new(typed)).expose(), "83620174");
        }
        assert_eq!(normal_pin(&Pin::new("no digits")).expose(), "no digits");
    }

    /// The rules must not shrink the space: NIST counts on nearly 10⁸ PINs.
    #[test]
    fn the_rules_refuse_less_than_one_pin_in_a_hundred() {
        let refused = (0..100_000_u32)
            .map(|n| n.wrapping_mul(7_919) % 100_000_000 + n % 7)
            .filter(|n| chosen(&format!("{:08}", n % 100_000_000)).is_err())
            .count();
        assert!(refused < 1_000, "{refused}");
    }
}
