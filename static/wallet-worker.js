// The wallet without a network: what the page put aside is shown as it was. With one, nothing here is in the way.
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const kept = () => caches.match(event.request, { ignoreVary: true });
  event.respondWith(fetch(event.request).catch(async () => (await kept()) || Response.error()));
});
