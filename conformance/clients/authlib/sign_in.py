"""One whole sign-in with Authlib in a Flask website. Reads who and where from standard input, as JSON."""

import json
import sys
from pathlib import Path

from authlib.integrations.flask_client import OAuth
from flask import Flask

sys.path.append(str(Path(__file__).parent.parent))
from browser import sign_in  # noqa: E402

told = json.load(sys.stdin)

site = Flask(__name__)
site.secret_key = "for one run on this machine"
site.testing = True  # what goes wrong is told here, not on a page
hufu = OAuth(site).register(
    "hufu",
    server_metadata_url=told["issuer"] + "/.well-known/openid-configuration",
    client_id=told["client_id"],
    client_secret=told["client_secret"],
    client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
)


@site.get("/login")
def login():
    return hufu.authorize_redirect(told["redirect_uri"])


@site.get("/callback")
def callback():
    token = hufu.authorize_access_token()  # checks state, PKCE, the ID token's signature, nonce and times
    return {"claims": token["userinfo"], "userinfo": hufu.userinfo(token=token)}


visitor = site.test_client()
landed = sign_in(visitor.get("/login").location, told)
answer = visitor.get("/callback?" + landed.split("?", 1)[1])
if answer.status_code != 200:
    raise SystemExit(f"the website answered {answer.status}")
claims = answer.json["claims"]
if answer.json["userinfo"]["sub"] != claims["sub"]:
    raise SystemExit("UserInfo speaks of somebody else")
print(json.dumps({"sub": claims["sub"], "acr": claims.get("acr"), "amr": claims.get("amr"), "claims": claims}))
