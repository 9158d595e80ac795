//! Reads a page as a browser without JavaScript does: forms, fields, buttons, and the text of an element with an id.
//!
//! A scanner for the HTML that we write ourselves, not for the world's.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use std::collections::HashMap;
use url::Url;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

/// How a form is sent that does not say how (HTML §4.10.19.6).
pub const URLENCODED: &str = "application/x-www-form-urlencoded";

/// A form, to be filled and sent.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub id: String,
    pub action: String,
    /// GET where the page does not say POST.
    pub method: Method,
    pub enctype: String,
    pub fields: Vec<(String, String)>,
    buttons: Vec<HashMap<String, String>>,
}

impl Page {
    /// The form with this id or action.
    pub fn form(&self, name: &str) -> Form {
        let forms = self.forms();
        let found = forms.iter().find(|form| form.id == name || form.action == name);
        found.cloned().unwrap_or_else(|| panic!("no form {name} on {}:\n{}", self.url, self.html))
    }

    /// Every form with this action, in the order of the page.
    pub fn forms_to(&self, action: &str) -> Vec<Form> {
        self.forms().into_iter().filter(|form| form.action == action).collect()
    }

    pub fn has_form(&self, name: &str) -> bool {
        self.forms().iter().any(|form| form.id == name || form.action == name)
    }

    /// The text of the element with this id, without tags.
    pub fn text(&self, id: &str) -> Option<String> {
        let at = self.html.find(&format!(" id=\"{id}\""))?;
        let name: String = self.html[self.html[..at].rfind('<')? + 1..].chars().take_while(|c| *c != ' ').collect();
        let inside = self.html[at..].split_once('>')?.1;
        let inside = inside.split_once(&format!("</{name}>"))?.0;
        let mut text = String::new();
        let mut in_tag = false;
        for c in inside.chars() {
            match c {
                '<' => in_tag = true,
                '>' => in_tag = false,
                c if !in_tag => text.push(c),
                _ => {}
            }
        }
        Some(decode(text.trim()))
    }

    /// The text that everybody sees, whose browser runs scripts or not: nothing of the head, and nothing that is hidden.
    pub fn visible(&self) -> String {
        const UNSEEN: [&str; 5] = ["head", "script", "style", "template", "noscript"];
        const EMPTY: [&str; 6] = ["!doctype", "br", "hr", "img", "input", "wbr"];
        let (mut open, mut text, mut rest) = (Vec::<(String, bool)>::new(), String::new(), self.html.as_str());
        while let Some((before, after)) = rest.split_once('<') {
            if !open.iter().any(|(_, unseen)| *unseen) {
                text.push_str(before);
            }
            let end = end_of_tag(after);
            let (name, attributes) = tag(&after[..end]);
            rest = after.get(end + 1..).unwrap_or_default();
            match name.strip_prefix('/') {
                Some(closed) => {
                    let opened = open.iter().rposition(|(name, _)| name == closed).unwrap_or(open.len());
                    open.truncate(opened);
                }
                None if EMPTY.contains(&name.as_str()) => {}
                None => {
                    let unseen = UNSEEN.contains(&name.as_str()) || attributes.contains_key("hidden");
                    open.push((name, unseen));
                }
            }
        }
        decode(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// An attribute of the element with this id.
    pub fn attribute(&self, id: &str, name: &str) -> Option<String> {
        let tag = tags(&self.html).into_iter().find(|tag| tag.1.get("id").is_some_and(|own| own == id))?;
        tag.1.get(name).cloned()
    }

    /// This attribute of every element of this name that has it.
    pub fn all(&self, element: &str, attribute: &str) -> Vec<String> {
        let tags = tags(&self.html).into_iter().filter(|tag| tag.0 == element);
        tags.filter_map(|mut tag| tag.1.remove(attribute)).collect()
    }

    /// The form that has a button with this id.
    pub fn form_of_button(&self, id: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.has_button(id))
    }

    /// Where the page goes by itself after a while.
    pub fn refresh(&self) -> Option<String> {
        let contents = tags(&self.html).into_iter().filter(|tag| tag.1.contains_key("http-equiv"));
        contents.filter_map(|mut tag| tag.1.remove("content")).find_map(|content| {
            let (_, target) = content.split_once("url=")?;
            Some(target.to_owned())
        })
    }

    /// The language of the page.
    pub fn lang(&self) -> String {
        let html = tags(&self.html).into_iter().find(|tag| tag.0 == "html").expect("an html element");
        html.1.get("lang").cloned().unwrap_or_default()
    }

    fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        let mut open: Option<Form> = None;
        for (name, mut attributes) in tags(&self.html) {
            let mut take = |key: &str| attributes.remove(key).unwrap_or_default();
            match (name.as_str(), &mut open) {
                ("form", _) => open = Some(Form::of(take)),
                ("/form", _) => forms.extend(open.take()),
                ("input", Some(form)) => form.fields.push((take("name"), take("value"))),
                ("button", Some(form)) => form.buttons.push(attributes),
                _ => {}
            }
        }
        forms
    }
}

impl Form {
    /// An empty one, as its tag says.
    fn of(mut take: impl FnMut(&str) -> String) -> Self {
        let method = if take("method").eq_ignore_ascii_case("post") { Method::POST } else { Method::GET };
        let enctype = Some(take("enctype").to_ascii_lowercase()).filter(|said| !said.is_empty());
        let enctype = enctype.unwrap_or_else(|| URLENCODED.to_owned());
        Self { id: take("id"), action: take("action"), method, enctype, ..Self::default() }
    }

    /// The request that pressing its button makes: the fields in the body of a POST, or in the query of a GET.
    ///
    /// # Panics
    /// Where the form is sent in another way than as fields, a picture for instance.
    pub fn request(&self, http: &Client, from: &Url) -> (RequestBuilder, Url) {
        assert_eq!(self.enctype, URLENCODED, "the form to {} is not one of fields alone", self.action);
        let mut target = from.join(&self.action).expect("a relative URL");
        if self.method == Method::POST {
            return (http.post(target.clone()).form(&self.fields), target);
        }
        target.query_pairs_mut().clear().extend_pairs(&self.fields);
        (http.get(target.clone()), target)
    }

    /// Types into a field.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => panic!("no field {name} in the form to {}", self.action),
        }
        self
    }

    /// The button with this id is pressed, so its value travels along.
    #[must_use]
    pub fn press(mut self, id: &str) -> Self {
        let pressed = self.buttons.iter().find(|button| button.get("id").is_some_and(|own| own == id));
        let pressed = pressed.unwrap_or_else(|| panic!("no button {id} in the form to {}", self.action));
        if let (Some(name), Some(value)) = (pressed.get("name"), pressed.get("value")) {
            self.fields.push((name.clone(), value.clone()));
        }
        self
    }

    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field == name);
        field
            .map(|(_, value)| value.as_str())
            .unwrap_or_else(|| panic!("no field {name} in the form to {}", self.action))
    }

    pub fn has_button(&self, id: &str) -> bool {
        self.buttons.iter().any(|button| button.get("id").is_some_and(|own| own == id))
    }
}

/// Every tag in order: its name (`/form` for an end) and its attributes.
fn tags(html: &str) -> Vec<(String, HashMap<String, String>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = end_of_tag(rest);
        found.push(tag(&rest[..end]));
        rest = &rest[end..];
    }
    found
}

/// What stands between `<` and `>`: a name and attributes.
fn tag(inside: &str) -> (String, HashMap<String, String>) {
    let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    (name.to_ascii_lowercase(), self::attributes(attributes))
}

/// Where the `>` stands that is not inside a quoted value.
fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn attributes(mut text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    loop {
        text = text.trim_start();
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let name = &text[..end];
        if name.is_empty() {
            return found;
        }
        let mut value = "";
        text = &text[end..];
        if let Some(quoted) = text.strip_prefix("=\"") {
            (value, text) = quoted.split_once('"').unwrap_or((quoted, ""));
        }
        found.insert(name.to_owned(), decode(value));
    }
}

/// The character references that templates write.
fn decode(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    let numbered = [("&#34;", "\""), ("&#38;", "&"), ("&#39;", "'"), ("&#x27;", "'"), ("&#60;", "<"), ("&#62;", ">")];
    numbered.iter().chain(&named).fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

/// HTML §4.10.18.6: GET and fields in the query are what a form does that says nothing.
#[test]
fn a_form_is_sent_as_it_says() {
    let url = Url::parse("http://localhost/here").expect("a URL");
    let read = |attributes: &str| {
        let html = format!(r#"<form action="/to?old=1" {attributes}><input name="x" value="a b"></form>"#);
        let page = Page { url: url.clone(), status: StatusCode::OK, headers: HeaderMap::new(), html };
        page.form("/to?old=1")
    };
    for (attributes, method, target) in [
        (r#"method="post""#, Method::POST, "http://localhost/to?old=1"),
        (r#"method="POST" enctype="application/x-www-form-urlencoded""#, Method::POST, "http://localhost/to?old=1"),
        (r#"method="get""#, Method::GET, "http://localhost/to?x=a+b"),
        ("", Method::GET, "http://localhost/to?x=a+b"),
        (r#"method="put""#, Method::GET, "http://localhost/to?x=a+b"),
    ] {
        let (request, to) = read(attributes).request(&Client::new(), &url);
        let request = request.build().expect("a request");
        assert_eq!((request.method(), request.url().as_str(), to.as_str()), (&method, target, target), "{attributes}");
    }
    assert_eq!(read(r#"method="post" enctype="text/plain""#).enctype, "text/plain");
}

#[test]
fn what_is_hidden_is_not_seen() {
    let html = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Title</title></head>
        <body data-x="Data"><h1 id="a">Seen <b title="Tip">too</b></h1><p hidden>Hidden <b>deep</b></p><input value="Value">
        <noscript><p>Plain</p></noscript><p>&lt;Last&gt;</p><script>said()</script></body></html>"#;
    let url = Url::parse("http://localhost/").expect("a URL");
    let page = Page { url, status: StatusCode::OK, headers: HeaderMap::new(), html: html.to_owned() };
    assert_eq!(page.visible(), "Seen too <Last>");
}

#[test]
fn a_form_is_read_with_its_fields_and_its_buttons() {
    let html = r#"<form id="f" method="post" action="/a"><input name="x" value="&#38;&quot;>" required>
        <button id="go" name="decision" value="allow">Go</button></form><p id="t">a <b>b</b> &lt;c</p>"#;
    let url = Url::parse("http://localhost/").expect("a URL");
    let page = Page { url, status: StatusCode::OK, headers: HeaderMap::new(), html: html.to_owned() };
    let form = page.form("/a").press("go");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(form.fields, [pair("x", "&\">"), pair("decision", "allow")]);
    assert_eq!(page.text("t").as_deref(), Some("a b <c"));
    assert_eq!(page.attribute("go", "value").as_deref(), Some("allow"));
}
