//! Eight digits as a person types them: ASCII or full-width, with or without spaces and hyphens.

use zeroize::Zeroizing;

/// The eight digits, or `None` when `typed` is anything else.
pub(super) fn eight(typed: &str) -> Option<Zeroizing<[u8; 8]>> {
    let mut digits = Zeroizing::new([0; 8]);
    let mut count = 0;
    for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{ff0d}')) {
        let digit = match c {
            '0'..='9' => u32::from(c) - u32::from('0'),
            '\u{ff10}'..='\u{ff19}' => u32::from(c) - 0xff10,
            _ => return None,
        };
        *digits.get_mut(count)? = u8::try_from(digit).ok()?;
        count += 1;
    }
    (count == 8).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_every_width_and_grouping() {
        for typed in ["13572468", "1357 2468", " 1357-2468\n", "１３５７２４６８"] {
            assert_eq!(eight(typed).as_deref(), Some(&[1, 3, 5, 7, 2, 4, 6, 8]), "{typed}");
        }
        for typed in ["", "1357246", "135724680", "1357246a", "+1357246", "١٣٥٧٢٤٦٨"] {
            assert_eq!(eight(typed).as_deref(), None, "{typed}");
        }
    }
}
