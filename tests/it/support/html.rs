//! Reads a page as a browser without JavaScript does: forms, fields, buttons, and the text of an element with an id.
//!
//! A scanner for the HTML that we write ourselves, not for the world's.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
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

/// A form, to be filled and sent.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub id: String,
    pub action: String,
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
                ("form", _) => open = Some(Form { id: take("id"), action: take("action"), ..Form::default() }),
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
        let inside = &rest[..end];
        rest = &rest[end..];
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        found.push((name.to_ascii_lowercase(), self::attributes(attributes)));
    }
    found
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
