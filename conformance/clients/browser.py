"""A browser without JavaScript, played by hand: cookies, redirects, and the plain forms of the sign-in.

It knows the provider's pages only by what a person sees: fields called number, pin and code, and a button to allow.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

MOST_PAGES = 20


class Forms(HTMLParser):
    """The forms of a page: where each goes and how, its fields with their values, its buttons by id."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            method = given.get("method", "get").upper()
            self.forms.append({"action": given.get("action", ""), "method": method, "fields": {}, "buttons": {}})
        elif self.forms and tag == "input" and given.get("name"):
            self.forms[-1]["fields"][given["name"]] = given.get("value") or ""
        elif self.forms and tag == "button":
            self.forms[-1]["buttons"][given.get("id")] = (given.get("name"), given.get("value"))


def register(issuer, **metadata):
    """Registers a client as RFC 7591 says; gives what the provider answers."""
    server = requests.get(issuer + "/.well-known/openid-configuration", timeout=60).json()
    answer = requests.post(server["registration_endpoint"], json=metadata, timeout=60)
    if answer.status_code != 201:
        raise SystemExit(f"registration is refused: {answer.text}")
    return answer.json()


def sign_in(url, person):
    """Follows `url` through sign-in and consent; gives the address at the website where the browser comes to land."""
    session = requests.Session()
    signed_in = False
    response = session.get(url, allow_redirects=False, timeout=60)
    for _ in range(MOST_PAGES):
        if response.is_redirect:
            target = urljoin(response.url, response.headers["location"])
            if target.split("?")[0] == person["redirect_uri"]:
                return target
            response = session.get(target, allow_redirects=False, timeout=60)
            continue
        response.raise_for_status()
        forms = Forms(response.text).forms
        for form in forms:
            if {"number", "pin", "code"} <= form["fields"].keys():
                if signed_in:
                    raise SystemExit(f"the sign-in was refused:\n{response.text}")
                signed_in = True
                told = {"number": person["network_number"], "pin": person["pin"], "code": person["code"]}
                break
            if "signout" in form["buttons"]:
                told = {}
                break
            if "allow" in form["buttons"]:
                told = dict([form["buttons"]["allow"]])
                break
        else:
            raise SystemExit(f"{response.url} has no form to go on with:\n{response.text}")
        target = urljoin(response.url, form["action"])
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(response.url))
        told = {"data" if form["method"] == "POST" else "params": form["fields"] | told}
        headers = {"Origin": origin}
        response = session.request(form["method"], target, **told, headers=headers, allow_redirects=False, timeout=60)
    raise SystemExit(f"still not back at the website after {MOST_PAGES} pages")
