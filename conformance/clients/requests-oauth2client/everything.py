"""Everything that requests-oauth2client can ask a provider for: a signed request, a pushed one, an encrypted ID token, refresh,
introspection, revocation.

Reads who and where from standard input, as JSON.
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
opening = Jwk.generate(alg="ECDH-ES", crv="P-256", kid="open", use="enc")
registered = register(
    told["issuer"],
    client_name="Everything",
    redirect_uris=[told["redirect_uri"]],
    grant_types=["authorization_code", "refresh_token"],
    token_endpoint_auth_method="private_key_jwt",
    request_object_signing_alg="ES256",
    id_token_encrypted_response_alg="ECDH-ES",
    id_token_encrypted_response_enc="A128GCM",
    jwks={"keys": [dict(key.public_jwk()), dict(opening.public_jwk())]},
)
client = OAuth2Client.from_discovery_endpoint(
    issuer=told["issuer"],
    auth=PrivateKeyJwt(registered["client_id"], key),
    redirect_uri=told["redirect_uri"],
    id_token_decryption_key=opening,
    testing=True,  # the sandbox is on plain http, on this machine only
)
# Signed and, in a second login, pushed: this library does not push a signed request.
signed = client.authorization_request(scope="openid")
landed = sign_in(str(signed.sign(key)), told)
sub = client.authorization_code(signed.validate_callback(landed)).id_token.sub
done += ["private_key_jwt", "request object", "encrypted ID token"]

request = client.authorization_request(scope="openid")
landed = sign_in(str(client.pushed_authorization_request(request)), told)
token = client.authorization_code(request.validate_callback(landed))
if token.id_token.sub != sub:
    raise SystemExit("the second login is somebody else's")
done.append("PAR")

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
