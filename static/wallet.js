// The wallet: makes keys that never leave this browser, has them certified with one touch of a passkey, shows what they say.
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
    const batches = Map.groupBy(all.filter(({ exp }) => exp > now), ({ exp }) => exp);
    const held = document.getElementById("held");
    held.replaceChildren();
    for (const [exp, batch] of batches) {
      const item = document.getElementById("batch").content.cloneNode(true);
      const put = (css, text) => (item.querySelector(css).textContent = text);
      const said = disclosed(batch[0].certificate);
      const [, name = ""] = said.find(([claim]) => claim === "name") || [];
      put(".owner", [...name].map((letter, nth) => (nth === 0 || letter === " " ? letter : "•")).join(""));
      put(".left", batch.length);
      put(".until", lastDay(exp));
      const list = item.querySelector(".said");
      for (const [claim, value] of said) {
        const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
        [term.textContent, detail.textContent] = [say(claim), say(value)];
        list.append(term, detail);
      }
      held.append(item);
    }
    document.getElementById("none").hidden = batches.size > 0;
    document.getElementById("forget").hidden = batches.size === 0;
  };

  const keyFor = async (nonce) => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const part = (value) => base64url(bytes(JSON.stringify(value)));
    const header = { alg: "ES256", typ: "openid4vci-proof+jwt", jwk: { kty: "EC", crv: "P-256", x, y } };
    const body = { aud: wallet.dataset.issuer, nonce, iat: Math.floor(Date.now() / 1000) };
    const message = `${part(header)}.${part(body)}`;
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, bytes(message));
    const thumbprint = base64url(await hash(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`));
    return { key: pair.privateKey, proof: `${message}.${base64url(signature)}`, thumbprint };
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
  wallet.hidden = false;
  show();
  look().catch(() => {});
})();
