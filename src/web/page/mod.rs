//! The pages: one struct and one template each. A handler fills the struct and renders it.
//!
//! Decides wording, order and markup (PAGES). Every word from outside is escaped by askama or by [`Say`]. Must not
//! know requests, cookies, the store or any other room: the structs hold strings and small enums of their own.

pub mod apply;
mod asset;
mod face;
mod freeze;
mod locale;
mod me;
mod new_code;
mod picture;
mod refusal;
mod sign_in;
mod small;
mod wallet;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub use askama::Template;
pub use asset::{Asset, asset, asset_version};
pub use face::{Bar, Barred, Camera, Face, FaceProblem};
pub use freeze::{Freeze, FreezeProblem, Frozen, Lift, Said};
pub use locale::{Locale, Say};
pub use me::{Binding, Event, Me, MeProblem, Notice, Passkey, PinProblem, Session, Site, Standing, Way, What};
pub use new_code::NewCode;
pub use picture::Picture;
pub use refusal::{Happened, Refusal};
pub use sign_in::{Client, ClientKind, Consent, Minor, Minors, SignIn, SignInProblem, Step, Why};
pub use small::{Applications, Busy, FormPost, Landing, SignOut, SignedOut};
pub use wallet::{Holder, Wallet};

/// What every page's frame needs.
#[derive(Clone, Copy, Debug)]
pub struct Chrome<'a> {
    pub locale: Locale,
    pub type_size: TypeSize,
    pub world: World,
    /// Goes into every form of the page as `csrf`.
    pub csrf: &'a str,
    /// The path of ours that `POST /language` and `POST /type-size` return to (`/me`, `/continue?i=…`).
    /// `None` on a page that cannot be asked for again; it then shows no switches.
    pub back: Option<&'a str>,
    /// What `hufu trace` explains.
    pub trace_id: &'a str,
}

impl Chrome<'_> {
    /// The text under `key`, in the page's language.
    pub fn say(&self, key: &'static str) -> Say {
        self.locale.say(key)
    }

    /// For the addresses of style sheet and scripts, so that they may be cached for a year.
    pub fn assets(&self) -> &'static str {
        asset_version()
    }
}

/// The large-type switch. `POST /type-size` with `size` = `large` or `normal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TypeSize {
    #[default]
    Normal,
    Large,
}

impl TypeSize {
    /// The value of the form's field and of the cookie.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
        }
    }

    /// Reads the form's field or the cookie; anything unknown is normal.
    pub fn of_word(word: &str) -> Self {
        if word == "large" { Self::Large } else { Self::Normal }
    }
}

/// The sandbox says on every page that nobody in it is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    Sandbox,
    Production,
}

/// A calendar day, in the language's own order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// As people write it: 2026年11月23日, 23 November 2026.
    pub fn written(&self, locale: &Locale) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        match locale {
            Locale::Zh => format!("{}年{}月{}日", self.year, self.month, self.day),
            Locale::En => {
                let month = MONTHS.get(usize::from(self.month.wrapping_sub(1))).unwrap_or(&"");
                format!("{} {month} {}", self.day, self.year)
            }
        }
    }
}

/// A network number in four groups of four, as people read it out.
fn grouped(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// All but the last group hidden.
fn masked(number: &str) -> String {
    let hidden = number.chars().count().saturating_sub(4);
    let end: String = number.chars().skip(hidden).collect();
    format!("••••-••••-••••-{end}")
}

/// A way back to the website; the address must be one that the website registered.
#[derive(Clone, Copy, Debug)]
pub struct WayBack<'a> {
    pub href: &'a str,
    pub name: &'a str,
}
