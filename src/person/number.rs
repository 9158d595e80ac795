//! The network number: what a person types to sign in, and tells no website (PROTOCOL 9, 26).
//!
//! Sixteen characters of an alphabet without look-alikes, in groups of four: fourteen random ones (70 bits) and two
//! check characters. The characters are elements of GF(32), and every number satisfies
//!
//! ```text
//! Σ xᵢ = 0        Σ αⁱ·xᵢ = 0        (i = 0…15, α a primitive element)
//! ```
//!
//! so two numbers differ in at least three characters: any one or two wrong characters are caught, and with them every
//! exchange of two, neighbours or not. Decides the form only; knows no person and no key.

use rand::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

const LENGTH: usize = 16;
/// Positions of the two check characters.
const CHECKS: [usize; 2] = [14, 15];
/// No I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A person's number in its one normal form; only its keyed digest is ever looked up.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct NetworkNumber([u8; LENGTH]);

/// Why a text is no network number. It says nothing about whether a person has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("a network number has 16 characters, not {0}")]
    Length(usize),
    #[error("a network number has letters and digits only")]
    Character,
    #[error("the check characters do not fit: a character is mistyped")]
    Check,
}

impl NetworkNumber {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut random = [0; LENGTH];
        rng.fill_bytes(&mut random);
        let mut symbols = random.map(|byte| byte % 32);
        random.zeroize();
        add_checks(&mut symbols);
        Self(symbols.map(|symbol| ALPHABET[usize::from(symbol)]))
    }

    /// Reads what a person typed, whatever its case, spaces, hyphens and full-width forms; O is 0, I and L are 1.
    ///
    /// # Errors
    /// The text is no number that was ever issued.
    pub fn parse(typed: &str) -> Result<Self, NumberError> {
        let mut symbols = [0; LENGTH];
        let mut count = 0;
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            let symbol = symbol_of(c).ok_or(NumberError::Character)?;
            if let Some(place) = symbols.get_mut(count) {
                *place = symbol;
            }
            count += 1;
        }
        if count != LENGTH {
            return Err(NumberError::Length(count));
        }
        if syndromes(&symbols) != (0, 0) {
            return Err(NumberError::Check);
        }
        Ok(Self(symbols.map(|symbol| ALPHABET[usize::from(symbol)])))
    }

    /// The normal form: what the keyed digest is computed over.
    pub const fn expose(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// In groups of four, for the person's own eyes.
    pub fn grouped(&self) -> String {
        let characters = self.0.iter().map(|byte| char::from(*byte)).collect::<Vec<_>>();
        characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
    }

    /// The last four characters only: what may travel into another's cloud (PROTOCOL 11) or lie open on a screen.
    pub fn masked(&self) -> String {
        let last: String = self.0[12..].iter().map(|byte| char::from(*byte)).collect();
        format!("••••-••••-••••-{last}")
    }

    /// Whether both are one number, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for NetworkNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NetworkNumber([redacted])")
    }
}

impl Serialize for NetworkNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.grouped())
    }
}

impl<'de> Deserialize<'de> for NetworkNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Spaces of every width, and what keyboards and input methods send for a hyphen.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff0d}' | '_' | '·')
}

fn symbol_of(c: char) -> Option<u8> {
    // Full-width forms lie at a fixed distance from ASCII.
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        c => c,
    };
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET.iter().position(|known| char::from(*known) == c).and_then(|index| index.try_into().ok())
}

/// Product in GF(32) = GF(2)\[x\] / (x⁵ + x² + 1).
const fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 0x20 != 0 {
            a ^= 0x25;
        }
        b >>= 1;
    }
    product
}

/// α to the `exponent`, for α = x, which is primitive: its order is 31, so all sixteen powers used differ.
const fn alpha(exponent: usize) -> u8 {
    let mut power = 1;
    let mut n = 0;
    while n < exponent {
        power = times(power, 2);
        n += 1;
    }
    power
}

fn syndromes(symbols: &[u8; LENGTH]) -> (u8, u8) {
    symbols
        .iter()
        .enumerate()
        .fold((0, 0), |(sum, weighted), (place, symbol)| (sum ^ symbol, weighted ^ times(alpha(place), *symbol)))
}

/// Solves both equations for the two check characters.
fn add_checks(symbols: &mut [u8; LENGTH]) {
    let [first, second] = CHECKS;
    symbols[first] = 0;
    symbols[second] = 0;
    let (sum, weighted) = syndromes(symbols);
    // x₁₄ + x₁₅ = sum and α¹⁴x₁₄ + α¹⁵x₁₅ = weighted; the inverse is the 30th power.
    let (left, right) = (alpha(first), alpha(second));
    let inverse = (0..30).fold(1, |power, _| times(power, left ^ right));
    symbols[second] = times(weighted ^ times(left, sum), inverse);
    symbols[first] = sum ^ symbols[second];
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn number(seed: u64) -> NetworkNumber {
        NetworkNumber::random(&mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn a_number_survives_being_written_down_and_typed_again() {
        for seed in 0..200 {
            let number = number(seed);
            let typed = number.grouped();
            let wide: String = typed.bytes().map(|b| char::from_u32(u32::from(b) + 0xfee0).expect("a form")).collect();
            let aloud = typed.to_lowercase().replace('0', "o").replace('1', "l");
            for again in [typed.clone(), typed.replace('-', ""), typed.replace('-', "\u{3000}"), wide, aloud] {
                assert!(NetworkNumber::parse(&again).expect("the same number").matches(&number), "{again}");
            }
        }
    }

    /// The syndrome of a wrong number depends on the error alone, so the sixteen places times 31 errors are all there are.
    #[test]
    fn every_single_wrong_character_is_caught() {
        for seed in 0..20 {
            let right = *number(seed).expose();
            for place in 0..LENGTH {
                for other in ALPHABET.iter().filter(|other| **other != right[place]) {
                    let mut wrong = right;
                    wrong[place] = *other;
                    let text = String::from_utf8_lossy(&wrong);
                    assert_eq!(NetworkNumber::parse(&text).err(), Some(NumberError::Check));
                }
            }
        }
    }

    /// Exchanging x and y adds the error x+y in two places; every pair of places and every error is tried.
    #[test]
    fn every_exchange_of_two_characters_is_caught_neighbours_or_not() {
        for one in 0..LENGTH {
            for two in one + 1..LENGTH {
                for left in 1..32 {
                    for right in 1..32 {
                        let mut symbols = [0; LENGTH];
                        (symbols[one], symbols[two]) = (left, right);
                        assert_ne!(syndromes(&symbols), (0, 0), "two wrong characters at {one} and {two}");
                    }
                }
            }
        }
        let right = *number(7).expose();
        for place in 0..LENGTH - 1 {
            let mut wrong = right;
            wrong.swap(place, place + 1);
            assert_eq!(NetworkNumber::parse(&String::from_utf8_lossy(&wrong)).is_err(), wrong != right);
        }
    }

    /// PROTOCOL 9: the number cannot be guessed. Fourteen characters of five bits.
    #[test]
    fn a_number_holds_seventy_random_bits_without_bias() {
        let mut seen = [[0_u32; 32]; CHECKS[0]];
        for seed in 0..6_400 {
            for (place, byte) in number(seed).expose()[..CHECKS[0]].iter().enumerate() {
                seen[place][usize::from(symbol_of(char::from(*byte)).expect("ours"))] += 1;
            }
        }
        assert!(seen.iter().flatten().all(|count| (100..300).contains(count)));
    }

    #[test]
    fn a_text_that_is_no_number_says_which_rule_it_broke() {
        let typed = number(1).grouped();
        assert_eq!(NetworkNumber::parse("").err(), Some(NumberError::Length(0)));
        assert_eq!(NetworkNumber::parse(&typed[..18]).err(), Some(NumberError::Length(15)));
        assert_eq!(NetworkNumber::parse(&format!("{typed}7")).err(), Some(NumberError::Length(17)));
        assert_eq!(NetworkNumber::parse(&typed.replacen('-', "!", 1)).err(), Some(NumberError::Character));
        assert_eq!(NetworkNumber::parse(&"蓝".repeat(16)).err(), Some(NumberError::Character));
    }

    #[test]
    fn a_printed_number_shows_nothing_and_a_masked_one_four_characters() {
        let number = number(3);
        assert_eq!(format!("{number:?}"), "NetworkNumber([redacted])");
        assert_eq!(number.masked().chars().filter(char::is_ascii_alphanumeric).count(), 4);
        assert!(number.grouped().ends_with(&number.masked()[number.masked().len() - 4..]));
    }
}
