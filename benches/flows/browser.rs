//! A browser and the website behind it: signs in once as a person does, then repeats the three requests of a login.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::fleet::{Laps, Work};
use crate::http::Connection;
use crate::product::Persona;
use crate::proof::Signer;
use crate::site::{Site, start};

/// Pages on the way from a website and back.
const MOST_PAGES: usize = 8;

pub struct Browser {
    connection: Connection,
    cookies: Vec<(String, String)>,
    /// The same, as they are sent.
    jar: String,
    request: String,
    logins: u64,
    /// Whether an ID token of this website was looked at.
    inspected: bool,
    pub site: Site,
}

impl Browser {
    pub async fn open(address: SocketAddr, site: &Site) -> Outcome<Browser> {
        let connection = Connection::open(address).await.map_err(broken)?;
        Ok(Browser {
            connection,
            cookies: Vec::new(),
            jar: String::new(),
            request: String::with_capacity(4096),
            logins: 0,
            inspected: false,
            site: site.clone(),
        })
    }

    /// So many browsers that nobody knows yet.
    pub async fn crowd(many: usize, address: SocketAddr, site: &Site) -> Outcome<Vec<Browser>> {
        let mut crowd = Vec::with_capacity(many);
        for _ in 0..many {
            crowd.push(Browser::open(address, site).await?);
        }
        Ok(crowd)
    }

    /// The same browser on a fresh connection, about to log in to this website: an idle one may have been closed.
    pub async fn reopen(&mut self, address: SocketAddr, site: &Site) -> Outcome<()> {
        self.connection = Connection::open(address).await.map_err(broken)?;
        self.inspected = false;
        self.site = site.clone();
        Ok(())
    }

    /// Goes from the website to the provider and back, signing in and consenting where a page asks for it.
    pub async fn visit(&mut self, site: &Site, persona: &Persona) -> Outcome<()> {
        self.site = site.clone();
        self.logins += 1;
        self.site.authorize(&mut self.request, &self.jar, self.logins);
        for _ in 0..MOST_PAGES {
            let (status, location, page) = self.send().await?;
            match status {
                302 | 303 if location.starts_with(&self.site.redirect_uri) => return Ok(()),
                302 | 303 => self.site.get(&mut self.request, &local(&location), &self.jar),
                200 if page.contains("id=\"code-form\"") => self.type_credentials(&page, persona)?,
                200 if page.contains("id=\"allow\"") => {
                    let (csrf, interaction) = hidden(&page)?;
                    let fields = [("csrf", csrf), ("interaction", interaction), ("decision", "allow")];
                    self.site.post(&mut self.request, "/consent", &self.jar, &fields);
                }
                _ => return Err(format!("signing in ended with {status}: {}", start(&page))),
            }
        }
        Err(format!("signing in took more than {MOST_PAGES} pages"))
    }

    /// Logs in once more at the website visited last; the access and the refresh token.
    pub async fn tokens(&mut self) -> Outcome<(String, String)> {
        self.logins += 1;
        self.site.authorize(&mut self.request, &self.jar, self.logins);
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        let code = self.site.code(&answer)?;
        self.site.token(&mut self.request, code);
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        Ok((Site::access_token(&answer)?.to_owned(), Site::refresh_token(&answer)?.to_owned()))
    }

    /// Forgets the session, and nothing else.
    fn sign_out(&mut self) {
        self.cookies.retain(|(name, _)| !name.contains("session"));
        self.pack();
    }

    fn type_credentials(&mut self, page: &str, persona: &Persona) -> Outcome<()> {
        let (csrf, interaction) = hidden(page)?;
        let (number, pin, code) = (&*persona.network_number, &*persona.pin, &*persona.fixed_code);
        let fields = [("csrf", csrf), ("interaction", interaction), ("number", number), ("pin", pin), ("code", code)];
        self.site.post(&mut self.request, "/signin/code", &self.jar, &fields);
        Ok(())
    }

    /// Sends what is written and keeps the cookies that come back.
    async fn send(&mut self) -> Outcome<(u16, String, String)> {
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        let mut changed = false;
        for cookie in answer.headers("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
            changed = true;
        }
        let location = answer.header("location").unwrap_or_default().to_owned();
        let said = (answer.status, location, answer.body.to_owned());
        if changed {
            self.pack();
        }
        Ok(said)
    }

    fn pack(&mut self) {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.jar = pairs.join("; ");
    }
}

/// A login: session and consent exist.
impl Work for Browser {
    async fn once(&mut self) -> Outcome<Laps> {
        self.logins += 1;
        let begin = Instant::now();
        self.site.authorize(&mut self.request, &self.jar, self.logins);
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        let code = self.site.code(&answer)?;
        let authorized = Instant::now();
        self.site.token(&mut self.request, code);
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        let token = Site::access_token(&answer)?;
        if !self.inspected {
            self.inspected = true;
            self.site.inspect(&answer)?;
        }
        let redeemed = Instant::now();
        self.site.userinfo(&mut self.request, token);
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        Site::sub(&answer)?;
        Ok([authorized - begin, redeemed - authorized, redeemed.elapsed()])
    }
}

/// A sign-in with number, PIN and code by somebody who is signed out: the page, then the form.
pub struct SigningIn {
    pub browser: Browser,
    pub persona: Persona,
}

impl Work for SigningIn {
    async fn once(&mut self) -> Outcome<Laps> {
        let browser = &mut self.browser;
        browser.sign_out();
        browser.logins += 1;
        let begin = Instant::now();
        browser.site.authorize(&mut browser.request, &browser.jar, browser.logins);
        let (status, _, page) = browser.send().await?;
        if status != 200 {
            return Err(format!("the sign-in page came with {status}: {}", start(&page)));
        }
        browser.type_credentials(&page, &self.persona)?;
        let shown = Instant::now();
        match browser.send().await? {
            (302 | 303, _, _) => Ok([shown - begin, shown.elapsed(), Duration::ZERO]),
            (status, _, page) => Err(format!("signing in answered {status}: {}", start(&page))),
        }
    }
}

/// The same document again and again.
pub struct Reader {
    connection: Connection,
    request: String,
}

impl Reader {
    pub async fn open(address: SocketAddr, path: &str) -> Outcome<Reader> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\r\n");
        Ok(Reader { connection: Connection::open(address).await.map_err(broken)?, request })
    }
}

impl Work for Reader {
    async fn once(&mut self) -> Outcome<Laps> {
        let begin = Instant::now();
        match self.connection.ask(&self.request).await.map_err(broken)? {
            answer if answer.status == 200 => Ok([begin.elapsed(), Duration::ZERO, Duration::ZERO]),
            answer => Err(format!("{} answered {}", self.request.lines().next().unwrap_or_default(), answer.status)),
        }
    }
}

/// A website that renews its tokens, each time by the token of the time before.
pub struct Refreshing {
    connection: Connection,
    request: String,
    site: Site,
    token: String,
}

impl Refreshing {
    pub async fn open(address: SocketAddr, site: &Site, token: String) -> Outcome<Refreshing> {
        let connection = Connection::open(address).await.map_err(broken)?;
        Ok(Refreshing { connection, request: String::with_capacity(2048), site: site.clone(), token })
    }
}

impl Work for Refreshing {
    async fn once(&mut self) -> Outcome<Laps> {
        let begin = Instant::now();
        self.site.about(&mut self.request, "/token", "grant_type=refresh_token&refresh_token=", &self.token);
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        Site::refresh_token(&answer)?.clone_into(&mut self.token);
        Ok([begin.elapsed(), Duration::ZERO, Duration::ZERO])
    }
}

/// A website that asks about the same token again and again.
pub struct Introspecting {
    connection: Connection,
    request: String,
}

impl Introspecting {
    pub async fn open(address: SocketAddr, site: &Site, token: &str) -> Outcome<Introspecting> {
        let mut request = String::new();
        site.about(&mut request, "/introspect", "token=", token);
        Ok(Introspecting { connection: Connection::open(address).await.map_err(broken)?, request })
    }
}

impl Work for Introspecting {
    async fn once(&mut self) -> Outcome<Laps> {
        let begin = Instant::now();
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        Site::active(&answer)?;
        Ok([begin.elapsed(), Duration::ZERO, Duration::ZERO])
    }
}

/// A website's server that proves who it is and asks about a token that is none: what is left is client authentication.
pub struct Proving {
    connection: Connection,
    site: Site,
    signer: Option<Signer>,
    asker: usize,
    number: u64,
    request: String,
}

impl Proving {
    pub async fn open(address: SocketAddr, site: &Site, signer: Option<Signer>, asker: usize) -> Outcome<Proving> {
        let mut request = String::new();
        site.about(&mut request, "/introspect", "token=", "none");
        let connection = Connection::open(address).await.map_err(broken)?;
        Ok(Proving { connection, site: site.clone(), signer, asker, number: 0, request })
    }
}

impl Work for Proving {
    async fn once(&mut self) -> Outcome<Laps> {
        if let Some(signer) = &self.signer {
            self.number += 1;
            let proof = signer.proof(&self.site, &format!("{:04}-{:016}", self.asker, self.number))?;
            self.site.call(&mut self.request, "/introspect", &format!("token=none&{proof}"));
        }
        let begin = Instant::now();
        let answer = self.connection.ask(&self.request).await.map_err(broken)?;
        Site::inactive(&answer)?;
        Ok([begin.elapsed(), Duration::ZERO, Duration::ZERO])
    }
}

/// The two hidden fields of every form.
fn hidden(page: &str) -> Outcome<(&str, &str)> {
    let field = |name: &str| -> Outcome<&str> {
        let mark = format!("name=\"{name}\" value=\"");
        let found = page.find(&mark).map(|at| &page[at + mark.len()..]);
        found.and_then(|rest| rest.split('"').next()).ok_or_else(|| format!("no field {name} in {}", start(page)))
    };
    Ok((field("csrf")?, field("interaction")?))
}

/// Path and query of a redirect within the provider.
fn local(location: &str) -> String {
    match location.split_once("://").and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, path)) => format!("/{path}"),
        None => location.to_owned(),
    }
}

fn broken(error: std::io::Error) -> String {
    format!("the connection broke: {error}")
}
