//! A QR code as a path that a page draws itself: what it says stands in no address and no log.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// Light modules around the dark ones (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// A QR code, for `part/picture.html`.
#[derive(Debug)]
pub struct Picture {
    /// Modules on a side, the quiet zone included.
    side: usize,
    /// The dark modules, in the SVG's own words.
    path: String,
}

impl Picture {
    /// `None` for a text that no QR code holds.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run[0] == Color::Dark {
                    let (left, top, length) = (x + QUIET, y + QUIET, run.len());
                    write!(path, "M{left} {top}h{length}v1h-{length}z").ok()?;
                }
                x += run.len();
            }
        }
        Some(Self { side: width + 2 * QUIET, path })
    }

    pub(super) const fn side(&self) -> usize {
        self.side
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the path draws, module by module.
    fn drawn(picture: &Picture) -> Vec<Color> {
        let mut modules = vec![Color::Light; picture.side * picture.side];
        for run in picture.path.split('M').skip(1) {
            let (left, rest) = run.split_once(' ').expect("x and y");
            let (top, rest) = rest.split_once('h').expect("a length");
            let (length, _) = rest.split_once('v').expect("a height");
            let [left, top, length] = [left, top, length].map(|number| number.parse::<usize>().expect("a number"));
            modules[top * picture.side + left..][..length].fill(Color::Dark);
        }
        modules
    }

    #[test]
    fn the_path_draws_every_dark_module_and_no_other_within_a_quiet_zone() {
        let text = "otpauth://totp/Hufu:x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8";
        let (picture, code) =
            (Picture::of(text).expect("short"), QrCode::with_error_correction_level(text, EcLevel::L));
        let code = code.expect("short");
        let drawn = drawn(&picture);
        for (y, row) in drawn.chunks(picture.side).enumerate() {
            for (x, module) in row.iter().enumerate() {
                let within = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.width());
                let expected = within(x).zip(within(y)).map_or(Color::Light, |at| code[at]);
                assert_eq!(*module, expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_no_code_holds_has_no_picture() {
        assert!(Picture::of(&"x".repeat(3_000)).is_none());
    }
}
