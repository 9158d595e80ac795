//! The pages of Blue Bank, the demo website: another company, another look. One struct and one template each.
//!
//! Must not know anything of the provider: it is an ordinary website that uses an ordinary library.

pub use askama::Template;

/// The two languages of the website.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The query `?lang=`, else whichever of the two the browser names first, else English.
    pub fn choose(query: Option<&str>, accept_language: Option<&str>) -> Self {
        let of = |tag: &str| match tag.trim().get(..2) {
            Some("zh") => Some(Self::Zh),
            Some("en") => Some(Self::En),
            _ => None,
        };
        query.and_then(of).or_else(|| accept_language?.split(',').find_map(of)).unwrap_or(Self::En)
    }

    /// For `lang` and for `ui_locales`.
    pub const fn tag(&self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// One of two wordings.
    pub fn of(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// `/`, `/bye`: nobody is signed in. Links: `/login` (one click), `/other` (the bank's own way in), `/?lang=`.
#[derive(Debug, Template)]
#[template(path = "site/index.html")]
pub struct Index {
    pub lang: Lang,
    /// Why nobody is signed in any more.
    pub gone: Gone,
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It had not begun.
    Not,
    /// The person signed out here and at the provider, and came back.
    SignedOut,
    /// The provider's server told ours (Back-Channel Logout 1.0).
    Told,
}

/// `/`: somebody is signed in. Form: `POST /logout` (`csrf`, and `where` = `both` to sign out at the provider too).
#[derive(Debug, Template)]
#[template(path = "site/signed_in.html")]
pub struct SignedIn<'a> {
    pub lang: Lang,
    pub csrf: &'a str,
    pub issuer: &'a str,
    pub sub: &'a str,
    pub acr: &'a str,
    pub amr: &'a str,
    /// When the person signed in, or when the token was issued where that was not asked; written out.
    pub at: &'a str,
}

/// The person said no at the provider (`access_denied`). Nothing is lost.
#[derive(Debug, Template)]
#[template(path = "site/declined.html")]
pub struct Declined {
    pub lang: Lang,
}

/// `/other`: where the bank's own way in would be.
#[derive(Debug, Template)]
#[template(path = "site/other.html")]
pub struct Other {
    pub lang: Lang,
}

/// `/privacy`, `/terms`: what the website says of itself, which the provider's pages link to.
#[derive(Debug, Template)]
#[template(path = "site/word.html")]
pub struct Word {
    pub lang: Lang,
    pub of: WordOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordOf {
    Privacy,
    Terms,
}

/// The sign-in failed: the error code and its description, as the provider or the library gave them.
#[derive(Debug, Template)]
#[template(path = "site/failed.html")]
pub struct Failed<'a> {
    pub lang: Lang,
    pub error: &'a str,
    pub description: &'a str,
}

/// The website's own files: path, media type, bytes.
pub const FILES: [(&str, &str, &[u8]); 4] = [
    ("/site.css", "text/css; charset=utf-8", include_bytes!("../../../static/site/site.css")),
    ("/button.css", "text/css; charset=utf-8", include_bytes!("../../../static/button/button.css")),
    ("/logo.png", "image/png", include_bytes!("../../../static/site/logo.png")),
    ("/wave.svg", "image/svg+xml", include_bytes!("../../../static/site/wave.svg")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_comes_before_the_browser() {
        assert_eq!(Lang::choose(Some("zh"), Some("en")), Lang::Zh);
        assert_eq!(Lang::choose(None, Some("fr, zh-CN;q=0.5, en")), Lang::Zh);
        assert_eq!(Lang::choose(Some("x"), None), Lang::En);
    }

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let page = Failed { lang: Lang::En, error: "<b>", description: "\"><script>" };
        let html = page.render().expect("renders");
        assert!(!html.contains("<b>") && !html.contains("<script"));
    }

    /// Not a test of anything: writes the website's pages for looking at them.
    #[test]
    #[ignore = "writes files; set HUFU_PAGES to a folder"]
    fn write_every_page() {
        let Ok(folder) = std::env::var("HUFU_PAGES") else {
            return;
        };
        for lang in [Lang::Zh, Lang::En] {
            let signed_in = SignedIn {
                lang,
                csrf: "sample-csrf",
                issuer: "http://localhost:8080",
                sub: "fT3v0q8Zk1xWm4uYb7nRd2sPe6hJc9aLgKoQiUtVyXw",
                acr: "urn:hufu:acr:cert",
                amr: "pop user",
                at: "2026-11-23 21:50:12 UTC",
            };
            let failed =
                Failed { lang, error: "invalid_request", description: "The state does not belong to this browser." };
            for (name, html) in [
                ("index", Index { lang, gone: Gone::Not }.render()),
                ("told", Index { lang, gone: Gone::Told }.render()),
                ("signed-in", signed_in.render()),
                ("declined", Declined { lang }.render()),
                ("other", Other { lang }.render()),
                ("privacy", Word { lang, of: WordOf::Privacy }.render()),
                ("terms", Word { lang, of: WordOf::Terms }.render()),
                ("failed", failed.render()),
            ] {
                let path = format!("{folder}/site-{name}.{}.html", lang.tag());
                std::fs::write(path, html.expect("renders")).expect("written");
            }
        }
    }
}
