// A sign-in and a sign-out of both with openid-client, and how the website hears of it: by its page in the person's browser, and
// by the Logout Token that the provider then sends, verified with jose, on which openid-client rests. Reads who and where from standard input, as JSON.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import http from 'node:http'

globalThis.crypto ??= webcrypto // Node 18
const client = await import('openid-client')
const { createRemoteJWKSet, jwtVerify } = await import('jose')
const { browser, framesOf, walk } = await import('../browser.mjs')

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const told = JSON.parse(readFileSync(0, 'utf8'))
const home = new URL(told.redirect_uri).origin
const hufu = await client.discovery(
  new URL(told.issuer),
  told.client_id,
  undefined,
  client.ClientSecretBasic(told.client_secret),
  { execute: [client.allowInsecureRequests] }, // the sandbox is on plain http, on this machine only
)

// The website's own server: POST /backchannel-logout, and GET /signed-out in a frame. jose comes with openid-client.
const keys = createRemoteJWKSet(new URL(hufu.serverMetadata().jwks_uri))
const server = http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, home)
  if (pathname === '/signed-out') {
    if (searchParams.get('iss') !== told.issuer) throw new Error('this is from somebody else')
    response.writeHead(200, { 'cache-control': 'no-store' }).end()
    return server.emit('seen', searchParams.get('sid')) // end the visitor's session by it: no cookie comes along
  }
  const form = new URLSearchParams((await request.toArray()).join(''))
  const { payload } = await jwtVerify(form.get('logout_token'), keys, {
    issuer: told.issuer,
    audience: told.client_id,
    typ: 'logout+jwt',
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'exp', 'jti', 'events', 'sid'],
  })
  if (!payload.events[EVENT] || 'nonce' in payload) throw new Error('this is no Logout Token')
  response.writeHead(200, { 'cache-control': 'no-store' }).end()
  server.emit('signed out', payload) // end the visitor's session by its sid
})
server.listen(new URL(home).port, 'localhost')
const signedOut = once(server, 'signed out', { signal: AbortSignal.timeout(60_000) })

const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const get = browser()
const landed = await walk(
  get,
  client.buildAuthorizationUrl(hufu, {
    redirect_uri: told.redirect_uri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  }),
  told,
)
const tokens = await client.authorizationCodeGrant(hufu, landed, { pkceCodeVerifier, expectedState })
const { sub, sid } = tokens.claims()

const bye = { post_logout_redirect_uri: `${home}/bye`, state: client.randomState() }
const leave = client.buildEndSessionUrl(hufu, { id_token_hint: tokens.id_token, ...bye })
const page = await get(leave) // it loads the website's page, and leads back
const seen = once(server, 'seen', { signal: AbortSignal.timeout(60_000) })
for (const frame of framesOf(page.text)) await get(frame)
if ((await seen)[0] !== sid) throw new Error('the page in the browser was told of another session')
if (!page.text.includes(`href="${bye.post_logout_redirect_uri}?state=${bye.state}"`)) throw new Error(`led on by ${page.text}`)

const [payload] = await signedOut
if (payload.sid !== sid || payload.sub !== sub) throw new Error('told of somebody else')
server.close()
console.log(JSON.stringify({ sub }))
