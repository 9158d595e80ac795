// One whole sign-in with openid-client, as a website does it. Reads who and where from standard input, as JSON.

import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'

globalThis.crypto ??= webcrypto // Node 18
const client = await import('openid-client')
const { signIn } = await import('../browser.mjs')

const told = JSON.parse(readFileSync(0, 'utf8'))
const config = await client.discovery(
  new URL(told.issuer),
  told.client_id,
  undefined,
  client.ClientSecretBasic(told.client_secret),
  { execute: [client.allowInsecureRequests] }, // the sandbox is on plain http, on this machine only
)
client.enableNonRepudiationChecks(config) // verify the ID token's signature as well

const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const expectedNonce = client.randomNonce()
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: told.redirect_uri,
  scope: 'openid',
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
  state: expectedState,
  nonce: expectedNonce,
})

const landed = await signIn(url, told)
const tokens = await client.authorizationCodeGrant(config, landed, {
  pkceCodeVerifier,
  expectedState,
  expectedNonce,
  idTokenExpected: true,
})
const claims = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
console.log(JSON.stringify({ sub: userinfo.sub, acr: claims.acr, amr: claims.amr, claims }))
