// A browser without JavaScript, played by hand: cookies, redirects, and the plain forms of the sign-in.
//
// It knows the provider's pages only by what a person sees: fields called number, pin and code, and a button to allow.

import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'

const MOST_PAGES = 20
const FIELDS = 'application/x-www-form-urlencoded'

/**
 * Follows `url` through sign-in and consent; gives the address at the website where the browser comes to land, or the request
 * that its form makes there.
 */
export async function signIn(url, person) {
  return walk(browser(), url, person)
}

/** The same from a page of the website on, and then the page where it ends. */
export async function visit(url, person) {
  const get = browser()
  const landed = await walk(get, url, person)
  if (landed instanceof URL) return (await get(landed)).text
  const { method } = landed
  return (await get(landed.url, { method, form: new URLSearchParams(await landed.text()) })).text
}

/** The same in a browser that goes on afterwards. */
export async function walk(get, url, person) {
  let signedIn = false
  let response = await get(url)
  for (let page = 0; page < MOST_PAGES; page += 1) {
    if (response.status >= 300 && response.status < 400) {
      const target = new URL(response.to, response.url)
      if (target.href.split('?')[0] === person.redirect_uri) return target
      response = await get(target)
      continue
    }
    const { text } = response
    if (response.status !== 200) throw new Error(`${response.url} answered ${response.status}:\n${text}`)
    const forms = formsOf(text)
    const back = forms.find(({ action }) => action === person.redirect_uri)
    if (back) return answer(back)
    let form = forms.find(({ fields }) => ['number', 'pin', 'code'].every((name) => fields.has(name)))
    if (form) {
      if (signedIn) throw new Error(`the sign-in was refused:\n${text}`)
      signedIn = true
      form.fields.set('number', person.network_number)
      form.fields.set('pin', person.pin)
      form.fields.set('code', person.code)
    } else if ((form = forms.find(({ buttons }) => buttons.has('signout')))) {
      // The person is asked before they are signed out.
    } else {
      form = forms.find(({ buttons }) => buttons.has('allow'))
      if (!form) throw new Error(`${response.url} has no form to go on with:\n${text}`)
      form.fields.set(...form.buttons.get('allow'))
    }
    const from = new URL(response.url)
    response = await get(new URL(form.action, from), { method: form.method, headers: { origin: from.origin }, form: form.fields })
  }
  throw new Error(`still not back at the website after ${MOST_PAGES} pages`)
}

/** Asks for pages, keeps cookies, follows no redirect. (Not `fetch`: Debian's Node 18 cannot tell cookies apart there.) */
export function browser() {
  const jar = new Map()
  return async function get(url, { method = 'GET', headers = {}, form } = {}) {
    if (form && method === 'GET') return get(asked(url, form), { headers })
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const type = form ? { 'content-type': FIELDS } : {}
    const { request } = new URL(url).protocol === 'https:' ? https : http
    const sent = request(url, { method, headers: { ...headers, ...type, ...(cookie && { cookie }) } })
    sent.end(form && new URLSearchParams([...form]).toString())
    const [response] = await once(sent, 'response')
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name, value, rest] = line.match(/^([^=]+)=([^;]*)(.*)$/)
      if (/;\s*max-age=0/i.test(rest)) jar.delete(name)
      else jar.set(name, value)
    }
    response.setEncoding('utf8')
    const chunks = await response.toArray()
    return { url: String(url), status: response.statusCode, to: response.headers.location, text: chunks.join('') }
  }
}

/** What a page loads into frames. */
export function framesOf(page) {
  return [...page.matchAll(/<iframe\b([^>]*)>/gi)].map(([, own]) => attributes(own).src)
}

/** What arrives at the website of a form: its fields in the body of a POST, or else in the query, as the form says. */
function answer({ action, method, enctype, fields }) {
  if (enctype !== FIELDS) throw new Error(`the answer is a form of ${enctype}`)
  const values = new URLSearchParams([...fields])
  return method === 'POST' ? new Request(action, { method, body: values }) : asked(action, values)
}

function asked(url, fields) {
  return Object.assign(new URL(url), { search: new URLSearchParams([...fields]) })
}

/** The forms of a page: where each goes and how, its fields with their values, its buttons by id. */
function formsOf(page) {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map(([, own, inside]) => {
    const each = (tag) => [...inside.matchAll(new RegExp(`<${tag}\\b([^>]*)>`, 'gi'))].map(([, given]) => attributes(given))
    const named = each('input').filter(({ name }) => name)
    const { action = '', method = 'GET', enctype = FIELDS } = attributes(own)
    return {
      action,
      method: method.toUpperCase(),
      enctype,
      fields: new Map(named.map(({ name, value }) => [name, value ?? ''])),
      buttons: new Map(each('button').map(({ id, name, value }) => [id, [name, value]])),
    }
  })
}

function attributes(given) {
  const found = [...given.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)]
  return Object.fromEntries(found.map(([, name, value]) => [name, unescape(value)]))
}

function unescape(value) {
  const words = { amp: '&', lt: '<', gt: '>', quot: '"' }
  const one = (_, number, word) => (number ? String.fromCodePoint(Number(number)) : words[word])
  return value.replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, one)
}
