//! Tag, length, value: the encoding of everything on a chip. ISO/IEC 7816-4 §5.2.2 (BER-TLV), ICAO Doc 9303 part 10 §4.7.
//!
//! Reads only what a chip may hold: tags of one or two bytes, definite lengths of at most three. Nothing is copied and nothing is
//! trusted: a length that points beyond its surroundings ends the reading, and nesting is the caller's, so it has a bound.

/// Why bytes are no such element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    #[error("the element ends before its length")]
    Truncated,
    #[error("a tag of more than two bytes")]
    LongTag,
    #[error("a length of a form that no chip uses")]
    Length,
    #[error("bytes behind the element")]
    Trailing,
    #[error("tag {wanted:04X} is expected, and {found:04X} found")]
    OtherTag { wanted: u16, found: u16 },
    #[error("no element with tag {0:04X}")]
    Missing(u16),
}

/// One element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tlv<'a> {
    pub tag: u16,
    pub value: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The element at the beginning of `bytes`, and what follows it.
    pub fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), TlvError> {
        let (tag, rest) = tag(bytes)?;
        let (length, rest) = length(rest)?;
        let (value, rest) = rest.split_at_checked(length).ok_or(TlvError::Truncated)?;
        Ok((Self { tag, value }, rest))
    }

    /// The one element that `bytes` are, with this tag: its value.
    pub fn only(bytes: &'a [u8], wanted: u16) -> Result<&'a [u8], TlvError> {
        let (element, rest) = Self::first(bytes)?;
        match element.tag {
            found if found != wanted => Err(TlvError::OtherTag { wanted, found }),
            _ if !rest.is_empty() => Err(TlvError::Trailing),
            _ => Ok(element.value),
        }
    }

    /// The elements of `bytes`, one after the other; ends after the first that cannot be read.
    pub fn each(bytes: &'a [u8]) -> impl Iterator<Item = Result<Self, TlvError>> {
        let mut rest = bytes;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            match Self::first(rest) {
                Ok((element, behind)) => {
                    rest = behind;
                    Some(Ok(element))
                }
                Err(error) => {
                    rest = &[];
                    Some(Err(error))
                }
            }
        })
    }

    /// The value of the first element of `bytes` with this tag.
    pub fn find(bytes: &'a [u8], wanted: u16) -> Result<&'a [u8], TlvError> {
        Self::find_if_there(bytes, wanted)?.ok_or(TlvError::Missing(wanted))
    }

    /// The same for an element that may be left out.
    pub fn find_if_there(bytes: &'a [u8], wanted: u16) -> Result<Option<&'a [u8]>, TlvError> {
        for element in Self::each(bytes) {
            let element = element?;
            if element.tag == wanted {
                return Ok(Some(element.value));
            }
        }
        Ok(None)
    }
}

fn tag(bytes: &[u8]) -> Result<(u16, &[u8]), TlvError> {
    match bytes {
        [] => Err(TlvError::Truncated),
        [first, rest @ ..] if first & 0x1f != 0x1f => Ok((u16::from(*first), rest)),
        [_, second, ..] if second & 0x80 != 0 => Err(TlvError::LongTag),
        [first, second, rest @ ..] => Ok((u16::from_be_bytes([*first, *second]), rest)),
        [_] => Err(TlvError::Truncated),
    }
}

fn length(bytes: &[u8]) -> Result<(usize, &[u8]), TlvError> {
    let (first, rest) = bytes.split_first().ok_or(TlvError::Truncated)?;
    let count = match first {
        0..=0x7f => return Ok((usize::from(*first), rest)),
        0x81..=0x83 => usize::from(first & 0x7f),
        // 0x80 is the indefinite form, and a longer one would be more than a chip can hold.
        _ => return Err(TlvError::Length),
    };
    let (digits, rest) = rest.split_at_checked(count).ok_or(TlvError::Truncated)?;
    Ok((digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An element as a chip holds it: for the tests of this room.
    pub fn element(tag: u16, value: &[u8]) -> Vec<u8> {
        let tag = tag.to_be_bytes();
        let tag = if tag[0] == 0 { &tag[1..] } else { &tag[..] };
        let length = value.len();
        let length = match length {
            0..=0x7f => vec![length as u8],
            0x80..=0xff => vec![0x81, length as u8],
            _ => vec![0x82, (length >> 8) as u8, length as u8],
        };
        [tag, &length, value].concat()
    }

    #[test]
    fn elements_are_read_one_after_the_other_and_by_tag() {
        let bytes = [element(0x5f1f, b"abc"), element(0x02, &[7]), element(0x75, &[1; 300])].concat();
        let tags: Vec<_> = Tlv::each(&bytes).map(|element| element.unwrap().tag).collect();
        assert_eq!(tags, [0x5f1f, 0x02, 0x75]);
        assert_eq!(Tlv::find(&bytes, 0x75).unwrap().len(), 300);
        assert_eq!(Tlv::find(&bytes, 0x61), Err(TlvError::Missing(0x61)));
        assert_eq!(Tlv::only(&element(0x61, b"x"), 0x61), Ok(&b"x"[..]));
        assert_eq!(Tlv::only(&element(0x61, b"x"), 0x75), Err(TlvError::OtherTag { wanted: 0x75, found: 0x61 }));
    }

    /// An element whose length lies, ends early or has a form that no chip uses.
    #[test]
    fn bytes_that_lie_about_their_length_are_refused() {
        for (bytes, error) in [
            (&[][..], TlvError::Truncated),
            (&[0x61], TlvError::Truncated),
            (&[0x5f], TlvError::Truncated),
            (&[0x5f, 0x81, 0x01, 0x00], TlvError::LongTag),
            (&[0x61, 0x05, 1, 2], TlvError::Truncated),
            (&[0x61, 0x82, 0x01], TlvError::Truncated),
            (&[0x61, 0x83, 0xff, 0xff, 0xff], TlvError::Truncated),
            (&[0x61, 0x80, 0, 0], TlvError::Length),
            (&[0x61, 0x84, 0, 0, 0, 0], TlvError::Length),
        ] {
            assert_eq!(Tlv::first(bytes).map(|(element, _)| element.tag), Err(error), "{bytes:?}");
            assert_eq!(Tlv::each(bytes).filter(Result::is_err).count(), usize::from(!bytes.is_empty()));
        }
        assert_eq!(Tlv::only(&[0x61, 0, 0], 0x61), Err(TlvError::Trailing));
    }
}
