"""Everything that requests-oauth2client can ask a provider for: a signed request pushed, refresh, introspection, revocation.

Reads who and where from standard input, as JSON; `client` is registered for `private_key_jwt` with `jwk`.
"""

import json
import sys
from pathlib import Path

from jwskate import Jwk
from requests_oauth2client import OAuth2Client, PrivateKeyJwt

sys.path.append(str(Path(__file__).parent.parent))
from browser import register, sign_in  # noqa: E402

told = json.load(sys.stdin)
done = []

key = Jwk.generate(alg="ES256", kid="sign")
registered = register(
    told["issuer"],
    client_name="Everything",
    redirect_uris=[told["redirect_uri"]],
    grant_types=["authorization_code", "refresh_token"],
    token_endpoint_auth_method="private_key_jwt",
    request_object_signing_alg="ES256",
    jwks={"keys": [dict(key.public_jwk())]},
)
client = OAuth2Client.from_discovery_endpoint(
    issuer=told["issuer"],
    auth=PrivateKeyJwt(registered["client_id"], key),
    redirect_uri=told["redirect_uri"],
    testing=True,  # the sandbox is on plain http, on this machine only
)
request = client.authorization_request(scope="openid")
pushed = client.pushed_authorization_request(request.sign(key))
done += ["request object", "PAR"]

landed = sign_in(str(pushed), told)
token = client.authorization_code(request.validate_callback(landed))
sub = token.id_token.sub
done.append("private_key_jwt")

fresh = client.refresh_token(token.refresh_token)
if client.userinfo(fresh)["sub"] != sub:
    raise SystemExit("UserInfo speaks of somebody else after a refresh")
done.append("refresh")

known = client.introspect_token(fresh.access_token)
if not known["active"] or known["sub"] != sub:
    raise SystemExit(f"introspection says {known}")
if not client.revoke_refresh_token(fresh.refresh_token):
    raise SystemExit("revocation is refused")
if client.introspect_token(fresh.access_token)["active"]:
    raise SystemExit("a revoked token is active")
done += ["introspection", "revocation"]
print(json.dumps({"sub": sub, "acr": token.id_token.acr, "done": done}))
