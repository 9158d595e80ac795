// The wallet: makes keys that never leave this browser, has them certified with one touch of a passkey, shows what they say,
// and proves it to a website that asks.
"use strict";
(() => {
  const wallet = document.getElementById("wallet");
  const passkeys = window.PublicKeyCredential;
  const able = window.indexedDB && window.crypto && crypto.subtle && passkeys && passkeys.parseRequestOptionsFromJSON;
  if (!able) {
    document.getElementById("unsupported").hidden = false;
    return;
  }
  const words = JSON.parse(wallet.dataset.words);
  const say = (word) => (Object.hasOwn(words, word) ? words[word] : String(word));

  const bytes = (text) => new TextEncoder().encode(text);
  const base64url = (data) =>
    btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const decoded = (part) =>
    new TextDecoder().decode(Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));
  const hash = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(text)));

  // What this browser keeps: { id, key, certificate, exp }. The key signs and cannot be read, by nobody.
  const store = async (mode, work) => {
    const opening = indexedDB.open("hufu-wallet", 1);
    opening.onupgradeneeded = () =>
      opening.result.createObjectStore("certificates", { keyPath: "id", autoIncrement: true });
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await done(opening);
    try {
      const transaction = db.transaction("certificates", mode);
      const ended = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      const answer = work(transaction.objectStore("certificates"));
      const value = answer && (await done(answer));
      await ended;
      return value;
    } finally {
      db.close();
    }
  };

  const claims = (certificate) => JSON.parse(decoded(certificate.split("~")[0].split(".")[1]));
  const disclosed = (certificate) =>
    certificate.split("~").slice(1).filter(Boolean).map((disclosure) => JSON.parse(decoded(disclosure)).slice(1));

  // The day before `exp`, which is the first instant of a day.
  const lastDay = (exp) => {
    const { lang } = document.documentElement;
    const how = { dateStyle: "long", timeZone: "UTC" };
    return new Date(exp * 1000 - 1).toLocaleDateString(lang === "en" ? "en-GB" : lang, how);
  };

  const show = async () => {
    const now = Date.now() / 1000;
    const all = await store("readonly", (kept) => kept.getAll());
    const over = all.filter(({ exp }) => exp <= now);
    if (over.length > 0) await store("readwrite", (kept) => over.forEach(({ id }) => kept.delete(id)));
    // Several people may keep theirs in one browser.
    const named = (one) => (disclosed(one.certificate).find(([claim]) => claim === "name") || [])[1] || "";
    const batches = Map.groupBy(all.filter(({ exp }) => exp > now), (one) => `${one.exp} ${named(one)}`);
    const held = document.getElementById("held");
    held.replaceChildren();
    const owned = [];
    for (const batch of batches.values()) {
      const item = document.getElementById("batch").content.cloneNode(true);
      const put = (css, text) => (item.querySelector(css).textContent = text);
      const masked = (letter, nth) => (nth === 0 || letter === " " ? letter : "•");
      const owner = [...named(batch[0])].map(masked).join("");
      put(".owner", owner);
      put(".left", batch.length);
      put(".until", lastDay(batch[0].exp));
      list(item.querySelector(".said"), disclosed(batch[0].certificate));
      held.append(item);
      owned.push({ owner, batch });
    }
    document.getElementById("none").hidden = owned.length > 0;
    document.getElementById("forget").hidden = owned.length === 0;
    await ask(owned);
  };

  const list = (element, said) => {
    element.replaceChildren();
    for (const [claim, value] of said) {
      const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
      [term.textContent, detail.textContent] = [say(claim), say(value)];
      element.append(term, detail);
    }
  };

  // A website asks: OpenID for Verifiable Presentations 1.0, its request unsigned and behind the `#`, which browsers send to
  // nobody. So nobody here hears who asks, and no server answers.
  const VCT = "urn:hufu:vct:network-certificate:1";
  const AGES = ["age_over_14", "age_over_16", "age_over_18", "age_over_60"];

  // §5.9.3: with the prefix `redirect_uri` the client is the address that the answer goes to. https, or on this very device.
  const addressOf = (clientId, redirectUri) => {
    const prefix = "redirect_uri:";
    const text = clientId.startsWith(prefix) ? clientId.slice(prefix.length) : "";
    if (!URL.canParse(text) || text.includes("#") || (redirectUri !== null && redirectUri !== text)) return null;
    const url = new URL(text);
    const here = url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
    return (url.protocol === "https:" || here) && !url.username && !url.password ? url : null;
  };

  // §6: one certificate of ours, and of it ages only. What it says, or throws what is wrong.
  const wantedBy = (text) => {
    const demand = (holds, otherwise) => {
      if (!holds) throw new Error(otherwise);
    };
    let query;
    try {
      query = JSON.parse(text);
    } catch {
      demand(false, "dcql_query is not JSON");
    }
    const { credentials, credential_sets: sets } = query || {};
    demand(Array.isArray(credentials) && credentials.length === 1 && !sets, "dcql_query wants one credential, without sets");
    const { id, format, meta, multiple, claims: asked = [], claim_sets: ways, trusted_authorities: roots } = credentials[0] || {};
    demand(typeof id === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(id), "the id is letters, digits, _ and -");
    demand(format === "dc+sd-jwt" && Array.isArray(meta?.vct_values) && meta.vct_values.includes(VCT), `only ${VCT} is here, as dc+sd-jwt`);
    demand(!multiple && !ways && !roots, "multiple, claim_sets and trusted_authorities are not supported");
    demand(Array.isArray(asked) && asked.every((claim) => claim?.path?.length === 1), "claims is a list of paths of one name");
    const names = asked.map(({ path }) => path[0]);
    demand(new Set(names).size === names.length, "a claim is asked for twice");
    const odd = names.find((name) => !AGES.includes(name));
    if (odd !== undefined) throw Object.assign(new Error(`only ${AGES.join(", ")} are shown`), { tooMuch: true });
    demand(asked.every(({ values }) => values === undefined || Array.isArray(values)), "values is a list");
    return { id, names, fits: (said) => asked.every(({ path, values }) => !values || values.includes(said.get(path[0]))) };
  };

  // What is asked here; `null` where nobody asks.
  const readRequest = () => {
    const params = new URLSearchParams(location.hash.slice(1));
    if (new URLSearchParams(location.search).has("client_id")) return { problem: "query" };
    if (!params.has("client_id")) return null;
    const twice = [...new Set(params.keys())].find((name) => params.getAll(name).length > 1);
    const back = twice === undefined && addressOf(params.get("client_id"), params.get("redirect_uri"));
    if (!back) return { problem: "address" };
    const request = { back, audience: params.get("client_id"), nonce: params.get("nonce") || "", state: params.get("state") };
    try {
      if (params.get("response_type") !== "vp_token") throw new Error("response_type is vp_token");
      if ((params.get("response_mode") || "fragment") !== "fragment") throw new Error("response_mode is fragment");
      if (!/^[\x21-\x7e]{8,256}$/.test(request.nonce)) throw new Error("nonce is 8 to 256 ASCII characters without spaces");
      return Object.assign(request, { wanted: wantedBy(params.get("dcql_query") || "") });
    } catch ({ message, tooMuch }) {
      return Object.assign(request, { problem: tooMuch ? "more" : "request", message });
    }
  };

  // §8.1, §8.5: back to the website, by its own address. Never by itself: whoever follows a link to here sees where it leads.
  const answer = ({ back, state }, fields) => {
    const said = new URLSearchParams(state === null ? fields : { ...fields, state });
    location.replace(`${back.href}#${said}`);
  };

  // RFC 9901 §4.3: the certificate, what was asked for, and a signature over both for this website and this request.
  const presentation = async ({ key, certificate }, { audience, nonce, wanted }) => {
    const [jwt, ...disclosures] = certificate.split("~").filter(Boolean);
    const shown = disclosures.filter((disclosure) => wanted.names.includes(JSON.parse(decoded(disclosure))[1]));
    const bare = `${[jwt, ...shown].join("~")}~`;
    const iat = Math.floor(Date.now() / 1000);
    return bare + (await signed(key, { alg: "ES256", typ: "kb+jwt" }, { iat, aud: audience, nonce, sd_hash: base64url(await hash(bare)) }));
  };

  // One of these, taken for good before it is shown: no other tab, and no second try, has it again.
  const take = async (batch) => {
    for (const { id } of batch) {
      const one = await store("readwrite", (kept) => {
        const found = kept.get(id);
        kept.delete(id);
        return found;
      });
      if (one) return one;
    }
    return null;
  };

  const ask = async (owned) => {
    const panel = document.getElementById("ask");
    const request = readRequest();
    panel.hidden = request === null;
    if (request === null) return;
    const { back, wanted, problem, message } = request;
    const part = (name) => panel.querySelector(`#ask-${name}`);
    part("who").textContent = back ? back.host : "";
    const holders = owned.map(({ owner, batch }) => ({ owner, batch, said: new Map(disclosed(batch[0].certificate)) }));
    const fitting = wanted ? holders.filter(({ said }) => wanted.names.every((name) => said.has(name)) && wanted.fits(said)) : [];
    const state = problem || (fitting.length > 0 ? "ready" : holders.length > 0 ? "other" : "none");
    for (const element of panel.querySelectorAll("[data-when]")) element.hidden = !element.dataset.when.split(" ").includes(state);
    part("wrong").textContent = message || "";
    const of = part("of");
    of.replaceChildren(...fitting.map(({ owner }, nth) => new Option(owner, nth)));
    of.parentElement.hidden = state !== "ready" || fitting.length < 2;
    const chosen = () => fitting[of.selectedIndex] || fitting[0];
    const tell = () => list(part("said"), [["person", true], ...wanted.names.map((name) => [name, chosen().said.get(name)])]);
    of.onchange = tell;
    if (state === "ready") tell();
    part("show").onclick = async () => {
      const one = await take(chosen().batch);
      if (!one) return show();
      answer(request, { vp_token: JSON.stringify({ [wanted.id]: [await presentation(one, request)] }) });
    };
    const error = problem === "request" || problem === "more" ? "invalid_request" : "access_denied";
    part("decline").onclick = () => answer(request, { error, ...(message ? { error_description: message } : {}) });
  };

  const signed = async (key, header, body) => {
    const part = (value) => base64url(bytes(JSON.stringify(value)));
    const message = `${part(header)}.${part(body)}`;
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytes(message));
    return `${message}.${base64url(signature)}`;
  };

  const keyFor = async (nonce) => {
    const { privateKey: key, publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const { x, y } = await crypto.subtle.exportKey("jwk", publicKey);
    const header = { alg: "ES256", typ: "openid4vci-proof+jwt", jwk: { kty: "EC", crv: "P-256", x, y } };
    const proof = await signed(key, header, { aud: wallet.dataset.issuer, nonce, iat: Math.floor(Date.now() / 1000) });
    const thumbprint = base64url(await hash(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`));
    return { key, proof, thumbprint };
  };

  const form = document.getElementById("fetch");
  const post = async (url, fields) => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, ...fields });
    const answer = await fetch(url, { method: "POST", body });
    if (answer.status === 401) location.assign("/me/signin");
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error("refused"), { problem: said.problem });
    return said;
  };

  const get = async (status) => {
    status.textContent = status.dataset.making;
    const { ceremony, nonce, publicKey: options, count } = await post(form.dataset.options, {});
    const made = await Promise.all(Array.from({ length: count }, () => keyFor(nonce)));
    const thumbprints = made.map(({ thumbprint }) => thumbprint).join("");
    const publicKey = passkeys.parseRequestOptionsFromJSON(options);
    publicKey.challenge = await hash(`hufu/holder/v1\0${nonce}${thumbprints}`);
    status.textContent = status.dataset.waiting;
    const credential = JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
    const proofs = made.map(({ proof }) => proof).join(" ");
    const { certificates } = await post(form.action, { ceremony, proofs, credential });
    const kept = certificates.map((certificate, nth) => ({ key: made[nth].key, certificate, exp: claims(certificate).exp }));
    await store("readwrite", (all) => kept.forEach((one) => all.add(one)));
    await show();
    status.textContent = status.dataset.done;
  };

  if (form) {
    const [button, status] = [document.getElementById("get"), document.getElementById("get-status")];
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      try {
        await get(status);
      } catch (error) {
        status.textContent = status.dataset[error.problem] || status.dataset.stopped;
      }
      button.removeAttribute("aria-disabled");
    });
    form.hidden = false;
  }

  document.getElementById("forget-now").addEventListener("click", async () => {
    await store("readwrite", (all) => all.clear());
    await show();
  });

  // This page and what it is made of, for when there is no network; what an older page was made of goes.
  const putAside = async () => {
    const linked = [...document.querySelectorAll("link[href], script[src], img[src]")];
    const own = [location.pathname, ...linked.map((element) => element.href || element.src)];
    const wanted = new Set(own.map((path) => new URL(path, location).href));
    const cache = await caches.open("wallet");
    await cache.addAll(wanted);
    for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
    document.body.dataset.aside = "yes";
  };
  const look = async () => {
    // Not by GET: the worker would answer that one.
    const reached = await fetch("/healthz", { method: "HEAD" }).then(() => true, () => false);
    document.getElementById("offline").hidden = reached;
    if (!reached || !navigator.serviceWorker || !window.caches) return;
    await navigator.serviceWorker.register("/wallet/worker.js", { scope: "/wallet" });
    await navigator.serviceWorker.ready;
    await putAside();
  };
  addEventListener("online", () => look().catch(() => {}));
  addEventListener("hashchange", () => show());
  wallet.hidden = false;
  show();
  look().catch(() => {});
})();
