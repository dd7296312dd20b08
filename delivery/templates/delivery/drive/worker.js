/* Keeps the courier's page of the day, so that it opens without signal. What couriers record is kept by the page itself
 * (js/drive/store.js): nothing here touches it, neither an update of this file nor its removal. */
"use strict";

const ASSETS = {{ assets|safe }};
const FILES = "drive-files-{{ version }}";
const PAGES = "drive-pages";
const PAGE = "{{ page }}";
// Photos of the way in: kept with the page that shows them, and gone with it.
const PHOTO = new RegExp("{{ photo }}".replaceAll("0", "\\d+"), "g");
const NO_PAGE = {{ no_page|safe }};
// With a weak signal the page that was kept comes rather than none.
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(FILES)
      .then((files) => files.addAll(ASSETS))
      .then(() => self.skipWaiting()),
  );
});

const keep = async (answer) => {
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-Until", String(Date.now() + 1000 * Number(headers.get("X-Drive-Seconds"))));
  const pages = await caches.open(PAGES);
  await pages.put(PAGE, new Response(await answer.blob(), { headers }));
  // The files of the page that was kept before are needed no more.
  for (const name of await caches.keys()) {
    if (name.startsWith("drive-files-") && name !== FILES) await caches.delete(name);
  }
};

const keepPhotos = async () => {
  const pages = await caches.open(PAGES);
  const shown = await pages.match(PAGE);
  const wanted = new Set((await shown?.text())?.match(PHOTO));
  for (const { url } of await pages.keys()) {
    const path = new URL(url).pathname;
    if (path !== PAGE && !wanted.delete(path)) await pages.delete(path);
  }
  for (const path of wanted) {
    const photo = await fetch(path);
    if (photo.ok) await pages.put(path, photo);
  }
};

// The page that was kept, unless its day is over: then nobody's address stays on the phone.
const kept = async () => {
  const answer = await (await caches.open(PAGES)).match(PAGE);
  if (answer && Number(answer.headers.get("X-Kept-Until")) > Date.now()) return answer;
  await caches.delete(PAGES);
  return null;
};

const fetched = async (request) => {
  const answer = await fetch(request);
  if (answer.ok && answer.headers.has("X-Drive-Seconds")) await keep(answer.clone());
  // Whoever is logged in now has no page here; where only the log-in is over, the courier will come back.
  else if (answer.status >= 400 && answer.status < 500) await caches.delete(PAGES);
  if (answer.status >= 500) throw new Error("The hub does not answer.");
  return answer;
};

const photo = async (request, path) => {
  await kept();
  return (await caches.match(path, { cacheName: PAGES })) ?? fetch(request);
};

const page = async (request, fresh) => {
  const before = await kept();
  if (!before) {
    return fresh.catch(() => new Response(NO_PAGE, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
  }
  const late = new Promise((resolve) => setTimeout(() => resolve(before), PATIENCE_MS));
  return Promise.race([fresh.catch(() => before), late]);
};

// The page that brought this worker was fetched without it.
self.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([self.clients.claim(), fetched(new Request(PAGE)).then(keepPhotos).catch(() => {})])),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (ASSETS.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((file) => file ?? fetch(request)));
  } else if (url.pathname.match(PHOTO)) {
    event.respondWith(photo(request, url.pathname));
  } else if (request.mode === "navigate" && url.pathname === PAGE) {
    const fresh = fetched(request);
    event.waitUntil(fresh.then(keepPhotos).catch(() => {}));
    event.respondWith(page(request, fresh));
  }
});
