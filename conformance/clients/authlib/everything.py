"""Everything that Authlib can ask a provider for: an encrypted ID token, refresh, introspection, revocation, logout.

Reads who and where from standard input, as JSON.
"""

import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwe, jwt
from joserfc.jwk import KeySet, RSAKey

sys.path.append(str(Path(__file__).parent.parent))
from browser import register, sign_in  # noqa: E402

told = json.load(sys.stdin)
done = []
back = told["redirect_uri"].replace("/callback", "/goodbye")

key = RSAKey.generate_key(2048, {"use": "enc", "alg": "RSA-OAEP-256", "kid": "open"})
jwks = KeySet([key]).as_dict(private=False)  # register this


def signed_part(encrypted: str) -> str:
    """What is inside: a JWT that your library verifies as ever."""
    opened = jwe.decrypt_compact(encrypted, key, algorithms=["RSA-OAEP-256", "A128GCM"])
    return opened.plaintext.decode()


registered = register(
    told["issuer"],
    client_name="Everything",
    redirect_uris=[told["redirect_uri"]],
    post_logout_redirect_uris=[back],
    grant_types=["authorization_code", "refresh_token"],
    token_endpoint_auth_method="client_secret_post",
    id_token_encrypted_response_alg="RSA-OAEP-256",
    id_token_encrypted_response_enc="A128GCM",
    jwks=jwks,
)
server = requests.get(told["issuer"] + "/.well-known/openid-configuration", timeout=60).json()
session = OAuth2Session(
    registered["client_id"],
    registered["client_secret"],
    token_endpoint_auth_method="client_secret_post",
    revocation_endpoint_auth_method="client_secret_post",
    introspection_endpoint_auth_method="client_secret_post",
    scope="openid",
    redirect_uri=told["redirect_uri"],
    code_challenge_method="S256",
)


def claims_of(token):
    """Decrypts the ID token and verifies what is inside."""
    inside = signed_part(token["id_token"])
    keys = KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=60).json())
    claims = jwt.decode(inside, keys, algorithms=["RS256"]).claims
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": told["issuer"]},
        aud={"essential": True, "value": registered["client_id"]},
        exp={"essential": True},
    )
    rules.validate(claims)
    return claims, inside


verifier, nonce = generate_token(48), generate_token()
url, state = session.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
landed = sign_in(url, told)
token = session.fetch_token(
    server["token_endpoint"], authorization_response=landed, code_verifier=verifier, state=state
)
claims, _ = claims_of(token)
if claims["nonce"] != nonce:
    raise SystemExit(f"the ID token says {claims}")
done.append("encrypted ID token")

fresh = session.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"])
refreshed, inside = claims_of(fresh)
if refreshed["sub"] != claims["sub"]:
    raise SystemExit("the refreshed ID token speaks of somebody else")
done.append("refresh")

known = session.introspect_token(server["introspection_endpoint"], token=fresh["access_token"]).json()
if not known["active"] or known["sub"] != claims["sub"]:
    raise SystemExit(f"introspection says {known}")
revoked = session.revoke_token(
    server["revocation_endpoint"], token=fresh["refresh_token"], token_type_hint="refresh_token"
)
if revoked.status_code != 200:
    raise SystemExit(f"revocation says {revoked.text}")
if session.introspect_token(server["introspection_endpoint"], token=fresh["access_token"]).json()["active"]:
    raise SystemExit("a revoked token is active")
done += ["introspection", "revocation"]

query = {"id_token_hint": inside, "post_logout_redirect_uri": back, "state": "bye"}
left = sign_in(server["end_session_endpoint"] + "?" + urlencode(query), told | {"redirect_uri": back})
if parse_qs(urlsplit(left).query).get("state") != ["bye"]:
    raise SystemExit(f"logout came back to {left}")
done.append("logout")
print(json.dumps({"sub": claims["sub"], "acr": claims["acr"], "done": done}))
