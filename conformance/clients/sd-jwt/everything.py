"""Network certificates from the passkey to the verifier, with the library sd-jwt for holder and verifier.

Plays the browser of a persona with a passkey by hand: signs in, makes keys, has them certified, presents. Reads the line that
`hufu demo --json` says when it is ready from standard input.
"""

import json
import os
import sys
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urljoin

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from jwcrypto.common import base64url_decode, base64url_encode
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.holder import SDJWTHolder

told = json.load(sys.stdin)
issuer = told["issuer"]
os.environ["ISSUER"] = issuer
sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent))
from browser import Forms  # noqa: E402
from verify import verify  # noqa: E402

AUDIENCE = "https://cinema.example"
person = next(persona for persona in told["personas"] if persona.get("passkey"))
passkey = person["passkey"]
browser = requests.Session()
browser.headers["Origin"] = issuer
done = []


class Options(HTMLParser):
    """The attribute `data-options` of the page's forms, by their ids."""

    def __init__(self, page):
        super().__init__()
        self.of = {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and "data-options" in given:
            self.of[given["id"]] = given["data-options"]


def form(page, action):
    return next(form["fields"] for form in Forms(page).forms if form["action"] == action)


def post(path, fields):
    return browser.post(issuer + path, fields, allow_redirects=False, timeout=60)


def touch(challenge):
    """What the authenticator answers (WebAuthn Level 3, sections 5.8.1 and 6.3.3)."""
    client_data = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": issuer}).encode()
    touch.count += 1
    data = sha256(passkey["rpId"].encode()).digest() + b"\x05" + touch.count.to_bytes(4, "big")
    key = load_der_private_key(base64url_decode(passkey["privateKey"]), None)
    signature = key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
    return json.dumps({
        "id": passkey["credentialId"],
        "rawId": passkey["credentialId"],
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url_encode(client_data),
            "authenticatorData": base64url_encode(data),
            "signature": base64url_encode(signature),
            "userHandle": passkey["userHandle"],
        },
        "clientExtensionResults": {},
    })


touch.count = passkey["signCount"]


def proof(key, nonce):
    """That its private half is here: OpenID for Verifiable Credential Issuance 1.0, Appendix F.1."""
    header = {"alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": key.export_public(as_dict=True)}
    signed = JWS(json.dumps({"aud": issuer, "nonce": nonce}))
    signed.add_signature(key, protected=json.dumps(header))
    return signed.serialize(compact=True)


def certificates():
    """A batch of certificates and their keys."""
    csrf = form(browser.get(issuer + "/wallet", timeout=60).text, "/wallet/certificates")["csrf"]
    offer = post("/wallet/options", {"csrf": csrf}).json()
    keys = [JWK.generate(kty="EC", crv="P-256") for _ in range(offer["count"])]
    text = "hufu/holder/v1\0" + offer["nonce"] + "".join(key.thumbprint() for key in keys)
    answer = post("/wallet/certificates", {
        "csrf": csrf,
        "ceremony": offer["ceremony"],
        "proofs": " ".join(proof(key, offer["nonce"]) for key in keys),
        "credential": touch(base64url_encode(sha256(text.encode()).digest())),
    })
    if answer.status_code != 200:
        raise SystemExit(f"no certificates: {answer.status_code} {answer.text}")
    return list(zip(answer.json()["certificates"], keys, strict=True))


def present(certificate, key, claims, nonce):
    holder = SDJWTHolder(certificate)
    holder.create_presentation(dict.fromkeys(claims, True), nonce, AUDIENCE, key)
    return holder.sd_jwt_presentation


def refused(presentation, audience, nonce, why, word):
    """It is refused, and for this reason: the library or the verifier says the word."""
    try:
        said = verify(presentation, audience, nonce)
    except Exception as cause:  # the library raises many kinds
        if word not in f"{type(cause).__name__}: {cause}":
            raise SystemExit(f"{why}, and this was said of it: {cause!r}") from cause
        return
    raise SystemExit(f"{why}, and yet it was believed: {said}")


page = browser.get(issuer + "/me/signin", timeout=60).text
options = json.loads(Options(page).of["passkey-form"])
challenge = options.get("publicKey", options)["challenge"]
signed_in = post("/signin/passkey", form(page, "/signin/passkey") | {"credential": touch(challenge)})
if not signed_in.is_redirect:
    raise SystemExit(f"the passkey signs nobody in: {signed_in.text}")
browser.get(urljoin(issuer, signed_in.headers["location"]), timeout=60)
lost = certificates()
csrf = form(browser.get(issuer + "/wallet", timeout=60).text, "/wallet/revoke")["csrf"]
if not post("/wallet/revoke", {"csrf": csrf}).is_redirect:
    raise SystemExit("revoking is refused")
batch = certificates()
done.append("passkey")

nonce = token_urlsafe()
(certificate, key), (other, other_key) = batch[:2]
said = verify(present(certificate, key, ["age_over_18"], nonce), AUDIENCE, nonce)
if said["age_over_18"] is not True or {"name", "birthdate", "age_over_60", "document_kind"} & said.keys():
    raise SystemExit(f"only one thing was disclosed, and this is said: {said}")
done.append("one predicate, and no more")

said = verify(present(other, other_key, ["name", "birthdate"], nonce), AUDIENCE, nonce)
if (said["name"], said["birthdate"]) != (person["name"], person["birthdate"]):
    raise SystemExit(f"this is somebody else: {said}")
done.append("name and birth date")

bare = certificate.split("~")[0]
readable = base64url_decode(bare.split(".")[1]).decode() + bare
for secret in [person["name"], person["birthdate"], person["document_number"], person["network_number"]]:
    if secret in readable or json.dumps(secret) in readable:
        raise SystemExit("an attribute is read without its disclosure")
done.append("concealed")

shown = present(certificate, key, ["age_over_18"], nonce)
refused(shown, "https://other.example", nonce, "it was made for somebody else", "Invalid audience")
refused(shown, AUDIENCE, token_urlsafe(), "it is a replay", "Invalid nonce")
refused(present(certificate, other_key, ["age_over_18"], nonce), AUDIENCE, nonce, "the key is another certificate's", "InvalidJWSSignature")
refused(certificate, AUDIENCE, nonce, "nothing binds it to its holder", "InvalidJWSObject")
jwt, disclosure, binding = shown.split("~")
truth = base64url_decode(disclosure).decode()
lie = base64url_encode(truth.replace("true", "false"))
refused("~".join([jwt, lie, binding]), AUDIENCE, nonce, "the disclosure was changed", "Invalid digest")
head, payload, signature = jwt.split(".")
claims = json.loads(base64url_decode(payload)) | {"exp": 4102444800}
refused("~".join([f"{head}.{base64url_encode(json.dumps(claims))}.{signature}", disclosure, binding]), AUDIENCE, nonce, "it was changed", "InvalidJWSSignature")
done.append("tampering")

refused(present(*lost[0], ["age_over_18"], nonce), AUDIENCE, nonce, "it was revoked", "Refused: revoked or suspended")
done.append("status list")

seen = [json.loads(base64url_decode(certificate.split(".")[1])) for certificate, _ in batch]
for claim in ("iat", "exp"):
    if len({one[claim] for one in seen}) != 1 or seen[0][claim] % 86400:
        raise SystemExit(f"{claim} tells the certificates of a batch, or of a day, apart")
values = [digest for one in seen for digest in one["_sd"]] + [one["status"]["status_list"]["idx"] for one in seen]
if len(set(values)) != len(values) or len({tuple(one) for one in seen}) != 1:
    raise SystemExit("two certificates of a batch share a value, or differ in their members")
done.append("unlinkable")
print(json.dumps({"done": done}))
