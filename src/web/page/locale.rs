//! Decides which language a page speaks and how a text of `locales/` becomes markup.
//!
//! OIDC Core §3.1.2.1 (`ui_locales`), RFC 9110 §12.5.4 (`Accept-Language`). Knows no request and no cookie jar:
//! it is handed the three strings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use askama::filters::HtmlSafe;
use fluent_templates::{LanguageIdentifier, fluent_bundle::FluentValue};

fluent_templates::static_loader! {
    static TEXTS = { locales: "./locales", fallback_language: "en" };
}

static TAGS: LazyLock<[LanguageIdentifier; 2]> = LazyLock::new(|| {
    let tag = |tag: &str| tag.parse().unwrap_or_default();
    [tag("zh-CN"), tag("en")]
});

/// A language that every page is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    Zh,
    En,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The switch the person pressed, else the website's `ui_locales`, else the browser's `Accept-Language`, else
    /// English. The person's own switch comes first: a button that a website's parameter overrules would be dead.
    pub fn choose(ui_locales: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie
            .and_then(Self::of_tag)
            .or_else(|| ui_locales?.split_ascii_whitespace().find_map(Self::of_tag))
            .or_else(|| Self::accepted(accept_language?))
            .unwrap_or(Self::En)
    }

    /// The language of a BCP 47 tag, when it is one of ours: `zh`, `zh-Hant-HK`, `en-GB`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The language of ours with the highest weight; the earlier of two equals.
    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let Some(locale) = parts.next().and_then(Self::of_tag) else {
                continue;
            };
            let weight =
                parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(_, w)| weight > w) {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }

    /// The tag for `lang` attributes and for the switch's cookie.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// The one the switch offers.
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// The text under `key` in `locales/`.
    pub fn say(self, key: &'static str) -> Say {
        Say { locale: self, key, arguments: HashMap::new() }
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::Zh => &TAGS[0],
            Self::En => &TAGS[1],
        }
    }
}

/// A text with its arguments. Displayed, it is markup: everything escaped, each argument inside `<bdi>`.
#[derive(Clone)]
pub struct Say {
    locale: Locale,
    key: &'static str,
    arguments: HashMap<Cow<'static, str>, FluentValue<'static>>,
}

impl Say {
    /// Fills a variable with words from outside; direction and control characters are dropped.
    pub fn with(mut self, name: &'static str, words: impl fmt::Display) -> Self {
        let words: String = words.to_string().chars().filter(|c| !disturbs(*c)).collect();
        self.arguments.insert(Cow::Borrowed(name), FluentValue::from(words));
        self
    }

    /// Fills a variable with a number, so that the text can choose its plural.
    pub fn count(mut self, name: &'static str, number: impl Number) -> Self {
        self.arguments.insert(Cow::Borrowed(name), FluentValue::from(number.number()));
        self
    }

    /// Without markup, for attributes and titles (the template still escapes it).
    pub fn plain(&self) -> String {
        self.formatted().replace([FIRST, LAST], "")
    }

    fn formatted(&self) -> String {
        let text = TEXTS.lookup_single_language(self.locale.identifier(), self.key, Some(&self.arguments));
        debug_assert!(text.is_ok(), "{}: {text:?}", self.key);
        text.unwrap_or_else(|_| self.key.to_owned())
    }
}

/// A number behind any references: templates hand over what they have.
pub trait Number {
    fn number(&self) -> u64;
}

impl Number for u64 {
    fn number(&self) -> u64 {
        *self
    }
}

impl<N: Number + ?Sized> Number for &N {
    fn number(&self) -> u64 {
        (**self).number()
    }
}

/// Fluent puts these isolates around every argument; in markup they become an element.
const FIRST: char = '\u{2068}';
const LAST: char = '\u{2069}';

fn disturbs(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in self.formatted().chars() {
            match c {
                FIRST => f.write_str("<bdi>")?,
                LAST => f.write_str("</bdi>")?,
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Say {}

#[cfg(test)]
mod tests {
    use super::*;

    /// OIDC Core §3.1.2.1: `ui_locales` is in order of preference.
    #[test]
    fn ui_locales_are_tried_in_order_and_unknown_ones_skipped() {
        assert_eq!(Locale::choose(Some("fr zh-Hans en"), None, Some("en")), Locale::Zh);
        assert_eq!(Locale::choose(Some("xx"), None, Some("zh-CN")), Locale::Zh);
    }

    #[test]
    fn the_persons_own_switch_comes_before_the_websites_wish() {
        assert_eq!(Locale::choose(Some("en"), Some("zh-CN"), None), Locale::Zh);
        assert_eq!(Locale::choose(Some("en"), Some("nonsense"), None), Locale::En);
    }

    /// RFC 9110 §12.5.4: the highest weight, zero means not acceptable.
    #[test]
    fn accept_language_goes_by_weight() {
        for (header, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Locale::Zh),
            ("en;q=0.5, zh;q=0.6", Locale::Zh),
            ("zh;q=0, en;q=0.1", Locale::En),
            ("de, fr", Locale::En),
            ("", Locale::En),
            (";;;q=,,zh;q=x", Locale::En),
        ] {
            assert_eq!(Locale::choose(None, None, Some(header)), expected, "{header}");
        }
    }

    #[test]
    fn words_from_outside_are_escaped_and_cannot_leave_their_isolate() {
        let said = Locale::En.say("consent-asks").with("site", "<b>\u{2069}\u{202e}A&B</b>");
        assert!(said.to_string().starts_with("<bdi>&lt;b&gt;A&amp;B&lt;/b&gt;</bdi>"), "{said}");
        assert!(said.plain().starts_with("<b>A&B</b> "));
    }
}
