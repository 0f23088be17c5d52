// The floor's pages open without a connection, too: phones throw pages away and load them again whenever they like.
// What comes from the network is always taken first; what is kept is at most half a day old. Nothing is sent from here.
"use strict";
const KEPT = "shunda-floor";
const PATIENCE = 4000; // milliseconds until a connection that hangs counts as none
const OLDEST = 12 * 3600 * 1000;
const PAGES = /\/shipments\/(floor\/|\d+\/scan\/)$/;
const STATIC = /\/static\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const plain = (url) => url.split(/[?#]/)[0];
const keep = async (url, response) => {
  const kept = await caches.open(KEPT);
  if (response.ok && !response.redirected) await kept.put(plain(url), response.clone());
  else if (PAGES.test(plain(url))) await kept.delete(plain(url)); // signed out, or no longer ours to see
  return response;
};
const found = async (url) => {
  const answer = await (await caches.open(KEPT)).match(plain(url));
  if (!answer) return undefined;
  const age = Date.now() - Date.parse(answer.headers.get("Date") || new Date().toUTCString());
  return PAGES.test(plain(url)) && age > OLDEST ? undefined : answer;
};
const fresh = async (request) => {
  const slow = new Promise((_, fail) => { setTimeout(() => fail(new Error("slow")), PATIENCE); });
  const network = fetch(request).then((response) => keep(request.url, response));
  network.catch(() => undefined);
  try {
    return await Promise.race([network, slow]);
  } catch {
    return (await found(request.url)) || network;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if ((request.mode === "navigate" && PAGES.test(url.pathname)) || STATIC.test(url.pathname)) event.respondWith(fresh(request));
});

// a page says what it is made of, as its parts came before this worker did
self.addEventListener("message", (event) => {
  const urls = event.data.keep.filter((url) => new URL(url).origin === self.location.origin);
  const wanted = urls.filter((url) => STATIC.test(url) || PAGES.test(plain(url)));
  const all = Promise.all(wanted.map((url) => fetch(url, { credentials: "same-origin" }).then((response) => keep(url, response))));
  event.waitUntil(all.then(() => event.ports[0].postMessage("kept"), () => event.ports[0].postMessage("not kept")));
});
