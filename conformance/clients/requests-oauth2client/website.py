# pip install requests-oauth2client && python website.py
import os
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer

from requests_oauth2client import ClientSecretBasic, OAuth2Client

port = int(os.environ.get("PORT", "3000"))
home = f"http://localhost:{port}"
hufu = OAuth2Client.from_discovery_endpoint(
    issuer=os.environ.get("ISSUER", "http://localhost:8080"),
    auth=ClientSecretBasic(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
    redirect_uri=f"{home}/callback",
    testing=True,  # plain http, for the sandbox only
)
visits = {}  # what each visitor left with, by the cookie that this very browser holds


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/login":
            visit = hufu.authorization_request(scope="openid")  # with state, nonce and PKCE
            visits[visit.state] = visit
            cookie = f"visit={visit.state}; HttpOnly; SameSite=Lax; Max-Age=900"
            return self.answer(303, {"Location": str(visit), "Set-Cookie": cookie})
        if not self.path.startswith("/callback"):
            return self.answer(200, {"Content-Type": "text/html"}, '<a href="/login">网号登录</a>')
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("visit")
        visit = visits.pop(cookie.value, None) if cookie else None
        if visit is None:
            return self.answer(400, {}, "This browser did not begin here.")
        answer = visit.validate_callback(home + self.path)  # state and iss
        token = hufu.authorization_code(answer)  # PKCE; the ID token's signature, issuer, audience, nonce, times
        return self.answer(200, {}, f"Signed in as {token.id_token.sub}")

    def answer(self, status, headers, body=""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


HTTPServer(("localhost", port), Site).serve_forever()
