# pip install Authlib Flask requests && python website.py
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask

port = int(os.environ.get("PORT", "3000"))
site = Flask(__name__)
site.secret_key = os.urandom(32)  # of the visitors' sessions; state, nonce and the PKCE verifier lie there
hufu = OAuth(site).register(
    "hufu",
    server_metadata_url=os.environ.get("ISSUER", "http://localhost:8080") + "/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
)


@site.get("/")
def welcome():
    return '<a href="/login">网号登录</a>'


@site.get("/login")
def login():
    return hufu.authorize_redirect(f"http://localhost:{port}/callback")


@site.get("/callback")
def callback():
    token = hufu.authorize_access_token()  # checks state, PKCE, the ID token's signature, nonce and times
    return f"Signed in as {token['userinfo']['sub']}"


site.run(port=port)
