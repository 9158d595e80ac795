// npm install openid-client && node form_post.mjs
// The website of website.mjs, answered by a form (OAuth 2.0 Form Post Response Mode).
import http from 'node:http'
import * as client from 'openid-client'

const { ISSUER = 'http://localhost:8080', CLIENT_ID, CLIENT_SECRET, PORT = 3000 } = process.env
const home = `http://localhost:${PORT}`
const sandbox = { execute: [client.allowInsecureRequests] } // plain http, for the sandbox only
const secret = client.ClientSecretBasic(CLIENT_SECRET)
const hufu = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, secret, sandbox)
const visits = new Map() // what each visitor left with, by the cookie that this very browser holds

async function login(response) {
  const visit = { pkceCodeVerifier: client.randomPKCECodeVerifier(), idTokenExpected: true }
  visit.expectedState = client.randomState()
  visit.expectedNonce = client.randomNonce()
  visits.set(visit.expectedState, visit)
  const to = client.buildAuthorizationUrl(hufu, {
    redirect_uri: `${home}/callback`,
    response_mode: 'form_post',
    scope: 'openid',
    state: visit.expectedState,
    nonce: visit.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(visit.pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  // The form is sent by our page and not by yours: such a request brings no other cookie along.
  const cookie = `visit=${visit.expectedState}; HttpOnly; Secure; SameSite=None; Max-Age=900`
  response.writeHead(303, { location: to.href, 'set-cookie': cookie }).end()
}

// POST /callback
async function callback(request, response) {
  const [, cookie] = /(?:^|; )visit=([^;]+)/.exec(request.headers.cookie ?? '') ?? []
  const visit = visits.get(cookie)
  visits.delete(cookie)
  const { method, headers } = request
  if (method !== 'POST') throw new Error('the answer is a form')
  const body = (await request.toArray()).join('')
  const form = new Request(`${home}/callback`, { method, headers: { 'content-type': headers['content-type'] }, body })
  const tokens = await client.authorizationCodeGrant(hufu, form, visit) // the same checks as of a redirect
  response.end(`Signed in as ${tokens.claims().sub}`)
}

http
  .createServer((request, response) => {
    const { pathname } = new URL(request.url, home)
    const page = { '/login': () => login(response), '/callback': () => callback(request, response) }[pathname]
    const welcome = async () => response.setHeader('content-type', 'text/html').end('<a href="/login">网号登录</a>')
    ;(page ?? welcome)().catch((error) => response.writeHead(400).end(error.message))
  })
  .listen(PORT, 'localhost')
