#!/bin/sh
# Starts the demo website with the registration that prepare.sh made, as soon as the proxy has its certificate.
set -eu

member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" site.json; }

until [ -f "$SSL_CERT_FILE" ]; do sleep 1; done
SITE_CLIENT_ID=$(member client_id) SITE_CLIENT_SECRET=$(member client_secret)
export SITE_CLIENT_ID SITE_CLIENT_SECRET
exec hufu site --issuer https://id.localhost --url https://shop.localhost --listen 0.0.0.0:8081
