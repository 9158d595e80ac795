#!/bin/sh
# Runs once before the nodes, and does nothing twice: key ring, tables, people to try it with, the demo website's registration.
set -eu

[ -f "$HUFU_KEYS__FILE" ] || hufu key init
hufu migrate
hufu persona add --all
[ -f site.json ] || {
	hufu client add --json --redirect-uri https://shop.localhost/callback \
		--post-logout-redirect-uri https://shop.localhost/bye > site.json.new
	mv site.json.new site.json
}
