// What some websites ask for besides: the answer in a form, a level that must be met now, a token for their own resource server,
// an app without a secret, and requests signed and encrypted by hand. Reads who and where from standard input, as JSON.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import http from 'node:http'
import { CompactEncrypt, createRemoteJWKSet, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose'

globalThis.crypto ??= webcrypto // Node 18
const client = await import('openid-client')
const { signIn } = await import('../browser.mjs')

const told = JSON.parse(readFileSync(0, 'utf8'))
const sandbox = { execute: [client.allowInsecureRequests] } // the sandbox is on plain http, on this machine only
const host = `https://more-${Math.random().toString(36).slice(2)}.example` // nobody needs to be there
const [callback, resource] = [`${host}/callback`, `${host}/api`]
const done = []

// A website with a resource server at its own host (RFC 8707).
const website = await register({ redirect_uris: [callback], resources: [resource] })

// The answer in a form: nothing of it stands in an address (OAuth 2.0 Form Post Response Mode).
// What must be met, now: an essential level, and max_age=0 (OpenID Connect Core §5.5.1.1, §3.1.2.1; RFC 9470 §4).
const essential = { id_token: { acr: { essential: true, values: ['urn:hufu:acr:code'] } } }
const { tokens, claims } = await login(website, callback, {
  response_mode: 'form_post',
  max_age: '0',
  claims: JSON.stringify(essential),
  resource,
})
if (claims.acr !== 'urn:hufu:acr:code') throw new Error(`the level is ${claims.acr}`)
if (Math.abs(claims.auth_time - Date.now() / 1000) > 120) throw new Error(`auth_time is ${claims.auth_time}`)
done.push('form_post', 'essential acr', 'max_age')

// What the resource server does with the token (RFC 9068 §4).
const keys = createRemoteJWKSet(new URL(website.serverMetadata().jwks_uri))
const { payload } = await jwtVerify(tokens.access_token, keys, {
  issuer: told.issuer,
  audience: resource,
  typ: 'at+jwt',
  algorithms: ['RS256'],
  requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
})
if (payload.sub !== claims.sub) throw new Error('the access token speaks of somebody else')
done.push('resource', 'JWT access token')

// An app on a desk: no secret, whatever port is free (RFC 8252 §7.3). The library insists on verifying every ID token itself.
const port = 1024 + Math.floor(Math.random() * 60000)
const app = await register({
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1/callback'],
})
const own = await login(app, `http://127.0.0.1:${port}/callback`, {})
if (own.claims.sub === claims.sub) throw new Error('the app and the website see one sub')
done.push('native app')

// A request object without the library's help (RFC 9101).
const { privateKey: key, publicKey } = await generateKeyPair('ES256')
const kid = 'sign'
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' }] }
const place = `http://localhost:${port + 1}/request.jwt` // in the sandbox only; elsewhere https
const wishes = { redirect_uris: [callback], jwks, require_signed_request_object: true, request_uris: [place] }
const signing = await register(wishes)
const [{ client_id }, { issuer }] = [signing.clientMetadata(), signing.serverMetadata()]
const expectedState = client.randomState()
const pkceCodeVerifier = client.randomPKCECodeVerifier()
const pkce = { code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256' }
const wish = { client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: expectedState, ...pkce }
const request = await new SignJWT(wish)
  .setProtectedHeader({ alg: 'ES256', kid, typ: 'oauth-authz-req+jwt' })
  .setIssuer(client_id)
  .setAudience(issuer)
  .setIssuedAt()
  .setExpirationTime('1m')
  .sign(key)
const signed = new URL(`${issuer}/authorize?client_id=${client_id}&request=${request}`)
await redeemed(signed)
done.push('request object')

// The same by reference, and encrypted to the provider (RFC 9101 §5.2, §6.1).
const { keys: published } = await (await fetch(signing.serverMetadata().jwks_uri)).json()
const theirs = published.find(({ alg }) => alg === 'ECDH-ES')
const encrypted = await new CompactEncrypt(new TextEncoder().encode(request))
  .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', cty: 'JWT', kid: theirs.kid })
  .encrypt(await importJWK(theirs))
const server = http.createServer((_, response) => response.end(encrypted)).listen(port + 1, 'localhost')
await once(server, 'listening')
const referred = new URL(`${issuer}/authorize?client_id=${client_id}&request_uri=${encodeURIComponent(place)}`)
await redeemed(referred)
server.close()
done.push('encrypted request object by reference')

console.log(JSON.stringify({ sub: claims.sub, done }))

async function redeemed(url) {
  const landed = await signIn(url, { ...told, redirect_uri: callback })
  const tokens = await client.authorizationCodeGrant(signing, landed, { pkceCodeVerifier, expectedState })
  if (tokens.claims().sub !== claims.sub) throw new Error('the signed request is about somebody else')
}

async function register(wishes) {
  const metadata = { client_name: 'More', token_endpoint_auth_method: 'client_secret_post', ...wishes } // the library's default
  const method = metadata.token_endpoint_auth_method === 'none' ? client.None() : undefined
  return client.dynamicClientRegistration(new URL(told.issuer), metadata, method, sandbox)
}

async function login(config, redirect_uri, wishes) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...wishes,
  })
  const landed = await signIn(url, { ...told, redirect_uri }) // a URL, or the form's request
  if (wishes.response_mode && landed.method !== 'POST') throw new Error(`the answer is no form: ${landed.href}`)
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  const asked = wishes.resource && { resource: wishes.resource }
  const tokens = await client.authorizationCodeGrant(config, landed, checks, asked)
  return { tokens, claims: tokens.claims() }
}
