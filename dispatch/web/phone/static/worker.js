// Keeps the pages of a link, and their script, for where there is no network. Reports
// are not kept here: the page keeps those until they are acknowledged.
"use strict";

const STORE = "water-dispatch-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The first visit was over before this worker began: the page asks to be kept, and
// with it the lists of the day, anew for every version of the plan.
self.addEventListener("message", (event) => {
  const keep = async (path) => newestOf(new Request(path));
  event.waitUntil(Promise.allSettled(event.data.keep.map(keep)));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const path = new URL(request.url).pathname;
  const isOurs = /\/(d\/[^/]+(\/(day|doors))?|phone\/link\.js)$/.test(path);
  if (request.method !== "GET" || !isOurs) return;
  event.respondWith(newestOf(request));
});

async function newestOf(request) {
  const cache = await caches.open(STORE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    if (answer.status === 404) await forget(cache, request);
    return answer;
  } catch (error) {
    // In another language sooner than not at all.
    const kept = await cache.match(request)
      ?? await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

// Of a link that is worth nothing any more, no page stays on the phone.
async function forget(cache, request) {
  const link = /.*\/d\/[^/]+/.exec(new URL(request.url).pathname)?.[0];
  for (const kept of await cache.keys()) {
    const path = new URL(kept.url).pathname;
    if (kept.url === request.url || path === link || path.startsWith(link + "/")) {
      await cache.delete(kept);
    }
  }
}
