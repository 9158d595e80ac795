//! A website as the load generator plays it: who it is, and its three requests. The same bytes go to product and floor.

use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};

use crate::http::Answer;
use crate::{Outcome, floor};

/// The algorithm of a website's ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    Rs256,
    Es256,
}

impl Alg {
    pub const ALL: [Alg; 2] = [Alg::Rs256, Alg::Es256];

    pub const fn name(self) -> &'static str {
        match self {
            Alg::Rs256 => "RS256",
            Alg::Es256 => "ES256",
        }
    }
}

/// A server and a website registered there.
#[derive(Clone, Debug)]
pub struct Site {
    pub authority: String,
    pub client_id: String,
    pub client_secret: String,
    pub redirect_uri: String,
    pub alg: Alg,
}

/// What a browser sends with every page.
const BROWSER: &str = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0\r\n\
     Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: zh-CN,zh;q=0.8,en;q=0.5\r\n";
/// What a website's library sends with every call.
const LIBRARY: &str = "User-Agent: website/1.0\r\nAccept: application/json\r\n";

/// RFC 7636, appendix B. Every browser uses it: only the server's work counts.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Site {
    /// The authorization request, fresh by its state and nonce.
    pub fn authorize(&self, out: &mut String, cookies: &str, number: u64) {
        out.clear();
        let (client, redirect) = (&self.client_id, floor::form_encoded(&self.redirect_uri));
        let _ = write!(
            out,
            "GET /authorize?response_type=code&client_id={client}&redirect_uri={redirect}&scope=openid\
             &state=s{number:020}&nonce=n{number:020}&code_challenge={CHALLENGE}&code_challenge_method=S256 HTTP/1.1\r\n\
             Host: {}\r\n{BROWSER}",
            self.authority
        );
        if !cookies.is_empty() {
            let _ = write!(out, "Cookie: {cookies}\r\n");
        }
        out.push_str("\r\n");
    }

    /// The token request, by `client_secret_basic`. The code is as it stood in the redirect's query.
    pub fn token(&self, out: &mut String, code: &str) {
        out.clear();
        let redirect = floor::form_encoded(&self.redirect_uri);
        let basic = self.basic();
        let length = "grant_type=authorization_code&code=&redirect_uri=&code_verifier=".len()
            + code.len()
            + redirect.len()
            + VERIFIER.len();
        let _ = write!(
            out,
            "POST /token HTTP/1.1\r\nHost: {}\r\n{LIBRARY}Authorization: Basic {basic}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n\
             grant_type=authorization_code&code={code}&redirect_uri={redirect}&code_verifier={VERIFIER}",
            self.authority
        );
    }

    /// A request with one token, by `client_secret_basic`: what is in front of the token, and the token.
    pub fn about(&self, out: &mut String, path: &str, lead: &str, token: &str) {
        out.clear();
        let _ = write!(
            out,
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{LIBRARY}Authorization: Basic {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{lead}{token}",
            self.authority,
            self.basic(),
            lead.len() + token.len()
        );
    }

    /// A form from the website's server that proves who it is by what stands in it.
    pub fn call(&self, out: &mut String, path: &str, form: &str) {
        out.clear();
        let _ = write!(
            out,
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{LIBRARY}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.authority,
            form.len()
        );
    }

    fn basic(&self) -> String {
        let pair = format!("{}:{}", floor::form_encoded(&self.client_id), floor::form_encoded(&self.client_secret));
        BASE64_STANDARD.encode(pair)
    }

    /// The UserInfo request.
    pub fn userinfo(&self, out: &mut String, access_token: &str) {
        out.clear();
        let _ = write!(
            out,
            "GET /userinfo HTTP/1.1\r\nHost: {}\r\n{LIBRARY}Authorization: Bearer {access_token}\r\n\r\n",
            self.authority
        );
    }

    /// A plain GET by a browser.
    pub fn get(&self, out: &mut String, path: &str, cookies: &str) {
        out.clear();
        let _ = write!(out, "GET {path} HTTP/1.1\r\nHost: {}\r\n{BROWSER}", self.authority);
        if !cookies.is_empty() {
            let _ = write!(out, "Cookie: {cookies}\r\n");
        }
        out.push_str("\r\n");
    }

    /// A form posted from one of the provider's own pages.
    pub fn post(&self, out: &mut String, path: &str, cookies: &str, fields: &[(&str, &str)]) {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", floor::form_encoded(value))).collect();
        let body = fields.join("&");
        out.clear();
        let _ = write!(
            out,
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\n{BROWSER}Origin: http://{authority}\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
            authority = self.authority
        );
    }

    /// The code in a redirect to this website.
    pub fn code<'a>(&self, answer: &Answer<'a>) -> Outcome<&'a str> {
        let location = match answer.status {
            302 | 303 => answer.header("location").unwrap_or_default(),
            status => return Err(format!("/authorize answered {status}: {}", start(answer.body))),
        };
        let query = location.strip_prefix(self.redirect_uri.as_str()).and_then(|rest| rest.strip_prefix('?'));
        query
            .and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("code=")))
            .ok_or_else(|| format!("/authorize sent no code but: {}", start(location)))
    }

    /// The access token of a token response.
    pub fn access_token<'a>(answer: &Answer<'a>) -> Outcome<&'a str> {
        match answer.status {
            200 => member(answer.body, "access_token"),
            status => Err(format!("/token answered {status}: {}", start(answer.body))),
        }
    }

    /// The refresh token of a token response.
    pub fn refresh_token<'a>(answer: &Answer<'a>) -> Outcome<&'a str> {
        match answer.status {
            200 => member(answer.body, "refresh_token"),
            status => Err(format!("/token answered {status}: {}", start(answer.body))),
        }
    }

    /// That introspection finds the token active.
    pub fn active(answer: &Answer<'_>) -> Outcome<()> {
        match answer.status {
            200 if answer.body.contains("\"active\":true") => Ok(()),
            status => Err(format!("/introspect answered {status}: {}", start(answer.body))),
        }
    }

    /// That introspection believed who asked, and knows no such token.
    pub fn inactive(answer: &Answer<'_>) -> Outcome<()> {
        match answer.status {
            200 if answer.body.contains("\"active\":false") => Ok(()),
            status => Err(format!("/introspect answered {status}: {}", start(answer.body))),
        }
    }

    /// That UserInfo names a sub.
    pub fn sub(answer: &Answer<'_>) -> Outcome<()> {
        match answer.status {
            200 => member(answer.body, "sub").map(drop),
            status => Err(format!("/userinfo answered {status}: {}", start(answer.body))),
        }
    }

    /// That the ID token is what this website asked for: its algorithm, its audience. Looked at once per browser.
    pub fn inspect(&self, answer: &Answer<'_>) -> Outcome<()> {
        let token = member(answer.body, "id_token")?;
        let part = |number: usize| -> Outcome<serde_json::Value> {
            let part = token.split('.').nth(number).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
            part.and_then(|json| serde_json::from_slice(&json).ok())
                .ok_or_else(|| "an ID token that is none".to_owned())
        };
        let (header, claims) = (part(0)?, part(1)?);
        let audience = claims["aud"].as_str().or_else(|| claims["aud"][0].as_str());
        if header["alg"] != self.alg.name() || audience != Some(&self.client_id) {
            return Err(format!("an ID token by {} for {}", header["alg"], claims["aud"]));
        }
        Ok(())
    }
}

/// A string member of a JSON object without spaces or escapes, as every token is.
fn member<'a>(json: &'a str, name: &str) -> Outcome<&'a str> {
    let found = json.find(name).and_then(|at| json[at + name.len()..].strip_prefix("\":\""));
    found.and_then(|rest| rest.split('"').next()).ok_or_else(|| format!("no {name} in {}", start(json)))
}

/// As much of an answer as fits in a sentence.
pub fn start(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
