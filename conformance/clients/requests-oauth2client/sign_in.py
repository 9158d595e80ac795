"""One whole sign-in with requests-oauth2client, as a website does it. Reads who and where from standard input, as JSON."""

import json
import sys
from pathlib import Path

from requests_oauth2client import ClientSecretBasic, OAuth2Client

sys.path.append(str(Path(__file__).parent.parent))
from browser import sign_in  # noqa: E402

told = json.load(sys.stdin)
client = OAuth2Client.from_discovery_endpoint(
    issuer=told["issuer"],
    auth=ClientSecretBasic(told["client_id"], told["client_secret"]),
    redirect_uri=told["redirect_uri"],
    testing=True,  # the sandbox is on plain http, on this machine only
)
request = client.authorization_request(scope="openid")  # with state, nonce and PKCE
landed = sign_in(str(request), told)
token = client.authorization_code(request.validate_callback(landed))  # validates the ID token
claims = dict(token.id_token.claims)
userinfo = client.userinfo(token)
if userinfo["sub"] != claims["sub"]:
    raise SystemExit("UserInfo speaks of somebody else")
print(json.dumps({"sub": claims["sub"], "acr": claims.get("acr"), "amr": claims.get("amr"), "claims": claims}))
