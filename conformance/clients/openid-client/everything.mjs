// Everything that openid-client can ask a provider for: registration, private_key_jwt, a request object pushed, an encrypted ID
// token, signed UserInfo, refresh, introspection, revocation, logout. Reads who and where from standard input, as JSON.

import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'

globalThis.crypto ??= webcrypto // Node 18
const client = await import('openid-client')
const { signIn } = await import('../browser.mjs')

const told = JSON.parse(readFileSync(0, 'utf8'))
const sandbox = { execute: [client.allowInsecureRequests] } // the sandbox is on plain http, on this machine only
const back = told.redirect_uri.replace('/callback', '/goodbye')
const done = []

const signing = await keyPair({ name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify'])
const opening = await keyPair({ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits'])
const config = await client.dynamicClientRegistration(
  new URL(told.issuer),
  {
    client_name: 'Everything',
    redirect_uris: [told.redirect_uri],
    post_logout_redirect_uris: [back],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    request_object_signing_alg: 'ES256',
    require_pushed_authorization_requests: true,
    id_token_signed_response_alg: 'ES256',
    id_token_encrypted_response_alg: 'ECDH-ES',
    id_token_encrypted_response_enc: 'A256GCM',
    userinfo_signed_response_alg: 'ES256',
    jwks: { keys: [await jwk(signing, 'sign', 'sig', 'ES256'), await jwk(opening, 'open', 'enc', 'ECDH-ES')] },
  },
  client.PrivateKeyJwt({ key: signing.privateKey, kid: 'sign' }),
  sandbox,
)
client.enableNonRepudiationChecks(config)
client.enableDecryptingResponses(config, ['A256GCM'], { key: opening.privateKey, kid: 'open', alg: 'ECDH-ES' })
done.push('registration')

const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const expectedNonce = client.randomNonce()
const signed = await client.buildAuthorizationUrlWithJAR(
  config,
  {
    redirect_uri: told.redirect_uri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  },
  { key: signing.privateKey, kid: 'sign' },
)
const pushed = await client.buildAuthorizationUrlWithPAR(config, signed.searchParams)
if (!pushed.searchParams.get('request_uri')) throw new Error(`nothing was pushed: ${pushed}`)
done.push('request object', 'PAR')

const landed = await signIn(pushed, told)
const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
const tokens = await client.authorizationCodeGrant(config, landed, checks)
if (tokens.id_token.split('.').length !== 5) throw new Error('the ID token is not encrypted')
const claims = tokens.claims()
done.push('private_key_jwt', 'encrypted ID token')

const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
if (userinfo.sub !== claims.sub) throw new Error('UserInfo speaks of somebody else')
done.push('signed UserInfo')

const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
if (fresh.claims().sub !== claims.sub) throw new Error('the refreshed ID token speaks of somebody else')
done.push('refresh')

const known = await client.tokenIntrospection(config, fresh.access_token)
if (!known.active || known.sub !== claims.sub) throw new Error(`introspection says ${JSON.stringify(known)}`)
await client.tokenRevocation(config, fresh.refresh_token)
const gone = await client.tokenIntrospection(config, fresh.access_token)
if (gone.active) throw new Error('a revoked token is active')
done.push('introspection', 'revocation')

const parameters = { id_token_hint: client.getDecryptedResponses(fresh, 'id_token'), post_logout_redirect_uri: back, state: 'bye' }
const leave = client.buildEndSessionUrl(config, { ...parameters, id_token_hint: parameters.id_token_hint ?? decrypted(fresh) })
const left = await signIn(leave, { ...told, redirect_uri: back })
if (left.searchParams.get('state') !== 'bye') throw new Error(`logout came back to ${left}`)
done.push('logout')

console.log(JSON.stringify({ sub: claims.sub, acr: claims.acr, done }))

function decrypted(response) {
  const found = client.getDecryptedResponses(response)
  return typeof found === 'string' ? found : found.id_token
}

async function keyPair(algorithm, usages) {
  return crypto.subtle.generateKey(algorithm, true, usages)
}

async function jwk({ publicKey }, kid, use, alg) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  return { kty, crv, x, y, kid, use, alg }
}
