//! The reader of chips, played beside a browser. docs/ports/reader.md: no service of the five, but somebody's reader, which asks the
//! provider what to do and brings what the document says. Its page is `/reader`, where a person says which document it is.

use crate::sandbox::chip::{Drawer, Heard, NotSpoken};
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

/// Bytes of a task or a step: no round comes near.
const LONGEST: usize = 64 * 1024;
/// Rounds of one reading; two are enough.
const MOST_ROUNDS: usize = 4;
/// Longer than any ticket.
const LONGEST_TICKET: usize = 512;

pub(super) struct Chips {
    pub drawer: Drawer,
    /// The provider whose tickets are read, and no one else's.
    pub issuer: Url,
    /// Follows no redirect, and waits for seconds at most.
    pub http: reqwest::Client,
}

/// What the provider said last.
pub(super) enum Said {
    Taken,
    Refused { code: String, message: String },
}

/// Why it said nothing.
#[derive(Debug)]
pub(super) enum Silent {
    /// The ticket was used, or is too old.
    Spent,
    /// It does not answer, or not in the reader API.
    NoAnswer,
}

impl Chips {
    /// The ticket that is at this address of the provider's. Made anew from it, so that nothing else of the address goes along.
    pub fn ticket(&self, address: &str) -> Option<Url> {
        let address = Url::parse(address).ok().filter(|address| address.origin() == self.issuer.origin())?;
        let below = self.below("reader/");
        let ticket = address.path().strip_prefix(&below)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let sound = (1..=LONGEST_TICKET).contains(&ticket.len()) && ticket.bytes().all(plain);
        sound.then(|| self.at(&format!("{below}{ticket}")))
    }

    /// Where the person goes on.
    pub fn application(&self) -> Url {
        self.at(&self.below("apply"))
    }

    /// Holds something to the reader; all rounds.
    pub async fn read(&self, ticket: &Url, what: &str) -> Result<Said, Silent> {
        let mut reader = self.drawer.hold(what);
        let mut answer = reader.begin(&heard(self.http.get(ticket.clone())).await?)?;
        for _ in 0..MOST_ROUNDS {
            let brought = self.http.post(ticket.clone()).header("Content-Type", "application/json").body(answer);
            match reader.hear(&heard(brought).await?)? {
                Heard::More(next) => answer = next,
                Heard::Done => return Ok(Said::Taken),
                Heard::Refused { code, message } => return Ok(Said::Refused { code, message }),
            }
        }
        Err(Silent::NoAnswer)
    }

    fn below(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer.path().trim_end_matches('/'))
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.issuer.clone();
        url.set_path(path);
        url
    }
}

async fn heard(request: RequestBuilder) -> Result<Vec<u8>, Silent> {
    let mut answer = request.send().await?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Err(Silent::Spent),
        _ => return Err(Silent::NoAnswer),
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            return Err(Silent::NoAnswer);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl From<reqwest::Error> for Silent {
    fn from(_: reqwest::Error) -> Self {
        Self::NoAnswer
    }
}

impl From<NotSpoken> for Silent {
    fn from(_: NotSpoken) -> Self {
        Self::NoAnswer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::chip::Country;
    use time::macros::date;

    fn chips(issuer: &str) -> Chips {
        let drawer = Drawer::of(Country::from_seed([7; 32], 2026), date!(2026 - 11 - 28));
        let issuer = Url::parse(issuer).expect("a URL");
        Chips { drawer, issuer, http: reqwest::Client::new() }
    }

    fn ticket(issuer: &str, address: &str) -> Option<String> {
        chips(issuer).ticket(address).map(String::from)
    }

    /// The reader goes where the page in the browser says: that must be the provider, whoever wrote the link.
    #[test]
    fn a_ticket_of_anybody_else_is_none() {
        let own = "http://localhost:8080";
        let good = "http://localhost:8080/reader/AbC-_.9";
        assert_eq!(ticket(own, good).as_deref(), Some(good));
        assert_eq!(ticket("http://localhost:8080/", good).as_deref(), Some(good));
        // The same origin in other letters, and what an address may carry besides, are left behind.
        assert_eq!(ticket(own, "HTTP://user:pin@LOCALHOST:8080/reader/AbC-_.9?a=b#c").as_deref(), Some(good));
        assert_eq!(
            ticket("https://id.example/hufu/", "https://id.example:443/hufu/reader/A").as_deref(),
            Some("https://id.example/hufu/reader/A")
        );
        for foreign in [
            "",
            "card-1234",
            "/reader/A",
            "http://localhost:8080",
            "http://localhost:8080/reader/",
            "http://localhost:8080/reader",
            "http://localhost:8080/readers/A",
            "http://localhost:8080/reader/A/B",
            "http://localhost:8080/reader/../me",
            "http://localhost:8080/reader/%2e%2e%2fme",
            "http://localhost:8080/other/reader/A",
            "http://localhost:80801/reader/A",
            "http://localhost:8080.evil.example/reader/A",
            "http://localhost:8080@evil.example/reader/A",
            "http://127.0.0.1:8080/reader/A",
            "https://localhost:8080/reader/A",
            "http://localhost:8081/reader/A",
            "file:///reader/A",
            "data:text/plain,/reader/A",
        ] {
            assert_eq!(ticket(own, foreign), None, "{foreign}");
        }
        let long = format!("{own}/reader/{}", "A".repeat(LONGEST_TICKET + 1));
        assert_eq!(ticket(own, &long), None);
    }

    #[test]
    fn the_application_is_where_the_issuer_is() {
        assert_eq!(chips("http://localhost:8080").application().as_str(), "http://localhost:8080/apply");
        assert_eq!(chips("https://id.example/hufu/").application().as_str(), "https://id.example/hufu/apply");
    }
}
