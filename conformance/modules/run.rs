//! One run of one module: its clients, its browser, and the steps that most modules share.

use super::browser::{Away, Browser};
use super::id_token;
use super::lab::Lab;
use super::plans::{Plan, Registration, ResponseMode};
use super::registration;
use super::steps::{self, Script};
use crate::support::Page;
use crate::support::chance::{random, unix_now};
use crate::support::rp::fetch;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use url::Url;

/// How a step ends.
pub type Outcome = Result<(), Stop>;

/// Why a module ends before its end.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The rule that was broken, in the same words every time, and what was found.
    Fail(String, String),
    Skip(String),
}

impl Stop {
    pub fn fail(rule: impl Into<String>, found: impl Display) -> Self {
        Self::Fail(rule.into(), found.to_string())
    }

    pub fn skip(why: impl Into<String>) -> Self {
        Self::Skip(why.into())
    }

    /// The same, with the task in which it happened.
    pub fn during(self, task: &str) -> Self {
        match self {
            Self::Fail(rule, found) => Self::Fail(rule, format!("{found} ({task})")),
            skip => skip,
        }
    }
}

/// Ends the module unless the rule holds.
pub fn must(holds: bool, rule: &str, found: impl Display) -> Outcome {
    if holds { Ok(()) } else { Err(Stop::fail(rule, found)) }
}

/// How a client proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    Basic,
    Post,
    PrivateKey,
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    pub secret: Option<String>,
    pub auth: Auth,
    pub redirect_uri: String,
    /// What the registration endpoint answered; null for a static client.
    pub registered: Value,
}

/// What the website gets back, after the checks that every answer must pass.
#[derive(Clone, Debug)]
pub struct Callback {
    pub fields: BTreeMap<String, String>,
}

impl Callback {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub fn code(&self) -> Result<&str, Stop> {
        self.get("code").ok_or_else(|| Stop::fail("an error instead of a code", format!("{:?}", self.fields)))
    }
}

/// What the website sends with the browser: parameters in the order in which they are sent.
#[derive(Clone, Debug)]
pub struct Request(pub Vec<(String, String)>);

impl Request {
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A sign-in at the website that went all the way.
#[derive(Clone, Debug)]
pub struct Login {
    pub code: String,
    pub tokens: Value,
    pub id_token: String,
    pub header: Value,
    pub claims: Value,
    pub access_token: String,
}

pub struct Run {
    pub lab: Arc<Lab>,
    pub name: String,
    pub registration: Registration,
    mode: ResponseMode,
    /// How clients prove themselves in this plan.
    pub auth: Auth,
    pub scripts: Vec<Script>,
    pub browser: Browser,
    pub metadata: Value,
    pub warnings: Vec<String>,
    /// Those that were registered, to be removed at the end.
    pub registered: Vec<Client>,
}

impl Run {
    /// Reads discovery and keys anew, as the suite does before every module.
    pub async fn begin(lab: Arc<Lab>, plan: &Plan, name: &str) -> Result<Self, Stop> {
        let browser = Browser::new(&lab);
        let scripts = steps::named(&lab, plan.scripts(name));
        let (registration, mode, auth) = (plan.registration(), plan.mode(), plan.auth());
        let (name, warnings, registered) = (name.to_owned(), Vec::new(), Vec::new());
        let mut run =
            Self { lab, name, registration, mode, auth, scripts, browser, metadata: Value::Null, warnings, registered };
        run.metadata = run.json_at(&format!("{}/.well-known/openid-configuration", run.lab.demo.issuer)).await?;
        let keys = run.keys().await?;
        run.check_keys(&keys)?;
        Ok(run)
    }

    /// Removes the clients that were registered.
    pub async fn finish(&mut self) -> Outcome {
        for client in std::mem::take(&mut self.registered) {
            registration::remove(self, &client).await?;
        }
        Ok(())
    }

    pub fn warn(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.warnings.contains(&what) {
            self.warnings.push(what);
        }
    }

    /// Warns unless the advice is followed.
    pub fn should(&mut self, holds: bool, what: &str) {
        if !holds {
            self.warn(what);
        }
    }

    pub fn endpoint(&self, member: &str) -> Result<Url, Stop> {
        let known = self.metadata[member].as_str().and_then(|url| Url::parse(url).ok());
        known.ok_or_else(|| Stop::fail(format!("discovery names no {member}"), &self.metadata[member]))
    }

    /// Whether a list of the discovery document has this value.
    pub fn lists(&self, member: &str, value: &str) -> bool {
        self.metadata[member].as_array().is_some_and(|values| values.iter().any(|known| known == value))
    }

    pub async fn json_at(&self, url: &str) -> Result<Value, Stop> {
        let answer = self.send(self.lab.http.get(url)).await;
        must(answer.status == 200, "a document is not there", format!("{url} {}", answer.status))?;
        must(is_json(&answer), "a document is not JSON", url)?;
        serde_json::from_str(&answer.html).map_err(|error| Stop::fail("a document is not JSON", error))
    }

    pub async fn keys(&self) -> Result<Value, Stop> {
        self.json_at(self.endpoint("jwks_uri")?.as_str()).await
    }

    fn check_keys(&mut self, jwks: &Value) -> Outcome {
        let keys = jwks["keys"].as_array().cloned().unwrap_or_default();
        must(!keys.is_empty(), "the JWK Set is empty", jwks)?;
        let kids: Vec<_> = keys.iter().filter_map(|key| key["kid"].as_str()).collect();
        must(kids.len() == keys.len(), "every key must have a kid", kids.len())?;
        let distinct: std::collections::BTreeSet<_> = kids.iter().collect();
        must(distinct.len() == kids.len(), "kids must be distinct", kids.len())?;
        for key in &keys {
            let private = ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|member| !key[*member].is_null());
            must(!private, "a private or symmetric key is published", &key["kid"])?;
            let usable = ["RSA", "EC", "OKP"].iter().any(|kty| key["kty"] == *kty);
            self.should(usable, "a key that the suite cannot use");
        }
        Ok(())
    }

    pub async fn send(&self, request: RequestBuilder) -> Page {
        let url = self.lab.website.url("/");
        fetch(request, &url).await
    }

    /// The plan's first client, or what the module wants registered on top of it.
    pub async fn client(&mut self, change: Value) -> Result<Client, Stop> {
        self.client_as("client", self.auth, change).await
    }

    pub async fn client_as(&mut self, known: &str, auth: Auth, change: Value) -> Result<Client, Stop> {
        match self.registration {
            Registration::Dynamic => registration::register(self, auth, change).await,
            Registration::Static => {
                let told = self.lab.known(known);
                let text = |value: &Value| value.as_str().expect("told").to_owned();
                Ok(Client {
                    id: text(&told["client_id"]),
                    secret: Some(text(&told["client_secret"])),
                    auth,
                    redirect_uri: text(&told["redirect_uris"][0]),
                    registered: Value::Null,
                })
            }
        }
    }

    /// The request that most modules begin with: no PKCE, state and nonce, scope openid.
    pub fn request(&self, client: &Client) -> Request {
        let mut fields = vec![
            ("client_id".to_owned(), client.id.clone()),
            ("redirect_uri".to_owned(), client.redirect_uri.clone()),
            ("scope".to_owned(), "openid".to_owned()),
            ("state".to_owned(), random()),
            ("nonce".to_owned(), random()),
            ("response_type".to_owned(), "code".to_owned()),
        ];
        if self.mode == ResponseMode::FormPost {
            fields.push(("response_mode".to_owned(), "form_post".to_owned()));
        }
        Request(fields)
    }

    pub fn authorization_url(&self, request: &Request) -> Result<Url, Stop> {
        let mut url = self.endpoint("authorization_endpoint")?;
        url.query_pairs_mut().extend_pairs(&request.0);
        Ok(url)
    }

    /// Sends the browser to the provider and waits for it to come back.
    pub async fn authorize(&mut self, client: &Client, request: &Request) -> Result<Callback, Stop> {
        let url = self.authorization_url(request)?;
        let scripts = self.scripts.clone();
        self.browser.visit(&url, &scripts).await?;
        self.callback(client, request.get("state"))
    }

    /// What came back, after the checks of every answer.
    pub fn callback(&mut self, client: &Client, state: Option<&str>) -> Result<Callback, Stop> {
        let Away { url, method, fields } = self.browser.away()?.clone();
        must(
            url.as_str().starts_with(client.redirect_uri.split('?').next().unwrap_or_default()),
            "the answer goes to another address than the request says",
            &url,
        )?;
        let registered = Url::parse(&client.redirect_uri).map(|url| url.query_pairs().count()).unwrap_or_default();
        let fields = match self.mode {
            ResponseMode::FormPost => {
                must(method == Method::POST, "response_mode=form_post: the answer must be a form", &url)?;
                must(
                    url.query_pairs().count() == registered,
                    "response_mode=form_post: nothing may be in the query",
                    &url,
                )?;
                fields
            }
            ResponseMode::Default => {
                must(method == Method::GET, "the answer must be a redirect", &url)?;
                must(url.fragment().is_none(), "the answer must be in the query", &url)?;
                url.query_pairs().into_owned().collect()
            }
        };
        let fields: BTreeMap<_, _> = fields.into_iter().filter(|(name, _)| !name.is_empty()).collect();
        let callback = Callback { fields };
        must(callback.get("state") == state, "state must come back as it was sent", format!("{callback:?}"))?;
        let issuer = self.metadata["issuer"].as_str();
        must(
            callback.get("iss").is_none() || callback.get("iss") == issuer,
            "iss must be the issuer",
            format!("{callback:?}"),
        )?;
        if callback.get("error").is_some() {
            must(callback.get("code").is_none(), "no code may come with an error", format!("{callback:?}"))?;
            const KNOWN: [&str; 6] = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
            let odd = callback.fields.keys().any(|name| !KNOWN.contains(&name.as_str()));
            self.should(!odd, "an error response has an unknown parameter");
            let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
            let description = callback.get("error_description").unwrap_or_default();
            must(
                description.chars().all(allowed),
                "error_description has other characters than RFC 6749 allows",
                description,
            )?;
        }
        Ok(callback)
    }

    /// The error that came back.
    pub async fn refused(&mut self, client: &Client, request: &Request) -> Result<String, Stop> {
        let callback = self.authorize(client, request).await?;
        let error = callback.get("error").ok_or_else(|| Stop::fail("a code instead of an error", ""))?;
        Ok(error.to_owned())
    }

    /// A refusal by a page of the provider's own: any redirect is a failure.
    pub async fn refused_by_page(&mut self, request: &Request) -> Outcome {
        let url = self.authorization_url(request)?;
        let scripts = self.scripts.clone();
        self.browser.visit(&url, &scripts).await?;
        let page = self.browser.page()?;
        must(page.text("error-code").is_some(), "an error page must be shown", page.status)
    }

    /// The whole way: authorization, token, ID token, UserInfo.
    pub async fn log_in(&mut self, client: &Client, request: &Request) -> Result<Login, Stop> {
        let callback = self.authorize(client, request).await?;
        self.redeem(client, request, &callback).await
    }

    /// From the code on.
    pub async fn redeem(&mut self, client: &Client, request: &Request, callback: &Callback) -> Result<Login, Stop> {
        let code = callback.code()?.to_owned();
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.clone()),
            ("redirect_uri", client.redirect_uri.clone()),
        ];
        form.extend(request.get("code_verifier").map(|verifier| ("code_verifier", verifier.to_owned())));
        let answer = self.token(client, &form).await?;
        let tokens = token_answer(&answer)?;
        let login = self.checked(client, request.get("nonce"), code, tokens).await?;
        self.should(login.tokens["expires_in"].is_u64(), "expires_in is missing");
        Ok(login)
    }

    /// A token response, its ID token checked.
    pub async fn checked(
        &mut self,
        client: &Client,
        nonce: Option<&str>,
        code: String,
        tokens: Value,
    ) -> Result<Login, Stop> {
        let id_token = tokens["id_token"].as_str().unwrap_or_default().to_owned();
        let (header, claims) = id_token::check(self, client, nonce, &id_token).await?;
        let access_token = tokens["access_token"].as_str().unwrap_or_default().to_owned();
        must(!access_token.is_empty(), "the token response has no access token", "")?;
        Ok(Login { code, tokens, id_token, header, claims, access_token })
    }

    /// Calls the token endpoint as this client.
    pub async fn token(&self, client: &Client, form: &[(&str, String)]) -> Result<Page, Stop> {
        let url = self.endpoint("token_endpoint")?;
        let mut form: Vec<(&str, String)> = form.to_vec();
        let mut request = self.lab.http.post(url.clone());
        match client.auth {
            Auth::Basic => request = request.basic_auth(&client.id, client.secret.as_ref()),
            Auth::Post => {
                form.push(("client_id", client.id.clone()));
                form.push(("client_secret", client.secret.clone().unwrap_or_default()));
            }
            Auth::PrivateKey => {
                let assertion = assertion(client, url.as_str());
                form.extend(self.lab.rsa.assertion_fields(&assertion));
            }
        }
        Ok(self.send(request.form(&form)).await)
    }

    pub async fn userinfo(&self, access_token: &str) -> Result<Page, Stop> {
        let url = self.endpoint("userinfo_endpoint")?;
        Ok(self.send(self.lab.http.get(url).bearer_auth(access_token)).await)
    }
}

/// The claims of a client assertion (OpenID Connect Core §9).
pub fn assertion(client: &Client, audience: &str) -> Value {
    json!({
        "iss": client.id, "sub": client.id, "aud": audience, "jti": random(), "iat": unix_now(), "exp": unix_now() + 60,
    })
}

/// A token response that is one.
pub fn token_answer(answer: &Page) -> Result<Value, Stop> {
    must(
        answer.status == 200,
        "the token endpoint must answer with 200",
        format!("{} {}", answer.status, answer.html),
    )?;
    must(is_json(answer), "the token response must be JSON", "")?;
    let tokens: Value =
        serde_json::from_str(&answer.html).map_err(|error| Stop::fail("the token response must be JSON", error))?;
    let stored = answer.headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    must(stored.contains("no-store"), "the token response must say Cache-Control: no-store", stored)?;
    let kind = tokens["token_type"].as_str().unwrap_or_default();
    must(kind.eq_ignore_ascii_case("bearer"), "token_type must be Bearer", kind)?;
    must(
        tokens["expires_in"].is_null() || tokens["expires_in"].as_u64().is_some_and(|seconds| seconds > 0),
        "expires_in must be a positive number",
        &tokens["expires_in"],
    )?;
    Ok(tokens)
}

/// A refusal of the token endpoint: 400, JSON, this error.
pub fn token_refusal(answer: &Page, error: &str) -> Outcome {
    must(answer.status == 400, "the refusal must have status 400", answer.status)?;
    must(is_json(answer), "the refusal must be JSON", "")?;
    let told: Value = serde_json::from_str(&answer.html).unwrap_or_default();
    must(told["error"] == error, &format!("the error must be {error}"), &told["error"])
}

pub fn is_json(answer: &Page) -> bool {
    let content_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type == "application/json" || media_type.ends_with("+json")
}
