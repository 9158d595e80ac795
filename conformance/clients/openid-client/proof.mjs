// Who a website is, proven without sending a secret (OpenID Connect Core §9), and requests that only ever come pushed (RFC 9126).
// Reads who and where from standard input, as JSON.

import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'

globalThis.crypto ??= webcrypto // Node 18
const client = await import('openid-client')
const { signIn } = await import('../browser.mjs')

const told = JSON.parse(readFileSync(0, 'utf8'))
const issuer = new URL(told.issuer)
const sandbox = { execute: [client.allowInsecureRequests] } // the sandbox is on plain http, on this machine only
const done = []

const { privateKey, publicKey } = await generateKeyPair('ES256')
const kid = 'sign'
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' }] }

const sharing = await register({ token_endpoint_auth_method: 'client_secret_jwt' })
const { client_id, client_secret } = sharing
const bySecret = await client.discovery(issuer, client_id, undefined, client.ClientSecretJwt(client_secret), sandbox)
const { sub } = await redeemed(bySecret, client.buildAuthorizationUrl(bySecret, await asked()))
done.push('client_secret_jwt')

const holding = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks, require_pushed_authorization_requests: true })
const byKey = await client.discovery(issuer, holding.client_id, undefined, client.PrivateKeyJwt({ key: privateKey, kid }), sandbox)
const wish = await asked()
const pushed = await client.buildAuthorizationUrlWithPAR(byKey, wish)
await redeemed(byKey, pushed)
done.push('private_key_jwt', 'a pushed request')

// Whoever must push is not heard otherwise.
const refused = await signIn(client.buildAuthorizationUrl(byKey, await asked()), told)
if (refused.searchParams.get('error') !== 'invalid_request') throw new Error(`an unpushed request led to ${refused}`)
done.push('an unpushed request is refused')

console.log(JSON.stringify({ sub, done }))

async function register(wishes) {
  const metadata = { client_name: 'Proof', redirect_uris: [told.redirect_uri], ...wishes }
  return (await client.dynamicClientRegistration(issuer, metadata, undefined, sandbox)).clientMetadata()
}

async function asked() {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier)
  asked.checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  const { redirect_uri } = told
  return { redirect_uri, scope: 'openid', state, nonce, code_challenge, code_challenge_method: 'S256' }
}

async function redeemed(hufu, url) {
  const tokens = await client.authorizationCodeGrant(hufu, await signIn(url, told), asked.checks)
  return tokens.claims()
}
