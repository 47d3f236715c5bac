// Keeps the page of a link, and its script, for where there is no network. Reports are
// not kept here: the page keeps those until they are acknowledged.
"use strict";

const STORE = "water-dispatch-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The first visit was over before this worker began: the page asks to be kept.
self.addEventListener("message", (event) => {
  const keep = async () => (await caches.open(STORE)).addAll(event.data.keep);
  event.waitUntil(keep());
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const path = new URL(request.url).pathname;
  const isOurs = /\/(d\/[^/]+|phone\/link\.js)$/.test(path);
  if (request.method !== "GET" || !isOurs) return;
  event.respondWith(newestOf(request));
});

async function newestOf(request) {
  const cache = await caches.open(STORE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    if (answer.status === 404) await cache.delete(request);
    return answer;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
