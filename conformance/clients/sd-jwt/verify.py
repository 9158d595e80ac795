# pip install sd-jwt && python verify.py AUDIENCE NONCE < presentation
"""Who is shown a network certificate verifies it: with published keys and lists, which may be kept, and nobody is told."""

import json
import os
import sys
import time
import zlib
from urllib.request import urlopen

from jwcrypto.common import base64url_decode
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS
from sd_jwt.verifier import SDJWTVerifier

ISSUER = os.environ.get("ISSUER", "http://localhost:8080")
VCT = "urn:hufu:vct:network-certificate:1"


class Refused(Exception):
    pass


def demand(holds, otherwise):
    if not holds:
        raise Refused(otherwise)


def fetched(url):
    with urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def published_keys():
    metadata = json.loads(fetched(f"{ISSUER}/.well-known/jwt-vc-issuer"))
    demand(metadata["issuer"] == ISSUER, "the metadata is of another issuer")
    return JWKSet.from_json(fetched(metadata["jwks_uri"]))  # may be kept for a day


def status(place, keys):
    """What has become of the certificate: 0 is valid, 1 revoked, 2 suspended."""
    demand(place["uri"].startswith(f"{ISSUER}/status/"), "the status list is somebody else's")
    signed = JWS()
    signed.deserialize(fetched(place["uri"]))  # may be kept for `ttl` seconds
    demand(signed.jose_header["typ"] == "statuslist+jwt", "not a status list")
    signed.verify(keys.get_key(signed.jose_header["kid"]), alg="ES256")
    claims = json.loads(signed.payload)
    demand(claims["sub"] == place["uri"] and claims["exp"] > time.time(), "another status list, or an old one")
    bits = claims["status_list"]["bits"]
    statuses = zlib.decompress(base64url_decode(claims["status_list"]["lst"]))
    first = place["idx"] * bits
    return statuses[first // 8] >> first % 8 & (1 << bits) - 1


def verify(presentation, audience, nonce):
    """What the certificate says: of its claims, those that its holder disclosed."""
    keys = published_keys()

    def issuer_key(issuer, header):
        demand(issuer == ISSUER and header["typ"] == "dc+sd-jwt" and header["alg"] == "ES256", "not a certificate of ours")
        return keys.get_key(header["kid"])

    # The signature, each disclosure's digest, and the holder's key over this audience, this nonce and these disclosures.
    said = SDJWTVerifier(presentation, issuer_key, audience, nonce).get_verified_payload()
    demand(said["vct"] == VCT, "another kind of certificate")
    demand(said["exp"] > time.time(), "expired")
    demand(status(said["status"]["status_list"], keys) == 0, "revoked or suspended")
    return said


if __name__ == "__main__":
    print(json.dumps(verify(sys.stdin.read().strip(), *sys.argv[1:3]), ensure_ascii=False))
