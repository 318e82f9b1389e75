// Keeps the observer's pages on the phone: what was opened once opens again without a connection.
// Pages and their styles come from the network first; after a few seconds, or without one, from the phone.
const KEPT = "portal-visits";
const PATIENCE = 4000;

const fromPhone = async (request) => (await caches.open(KEPT)).match(request, { ignoreSearch: request.mode === "navigate" });

const keep = async (request, response) => {
  // A door that has closed (log-in over, link withdrawn) leaves nothing behind.
  if (request.mode === "navigate" && (response.type === "opaqueredirect" || response.status === 403)) await caches.delete(KEPT);
  else if (response.status === 200 && !response.redirected) await (await caches.open(KEPT)).put(request, response.clone());
  return response;
};

const answer = async (request) => {
  const kept = await fromPhone(request);
  const network = fetch(request).then((response) => keep(request, response));
  if (!kept) return network;
  const patience = new Promise((late) => { setTimeout(() => late(kept), PATIENCE); });
  return Promise.race([network.catch(() => kept), patience]);
};

const isOurs = (request) => {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return false;
  return request.mode === "navigate" || ["style", "script", "image", "font"].includes(request.destination);
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (isOurs(event.request)) event.respondWith(answer(event.request));
});

// {warm: [addresses]}: pages to have at hand before they are opened, with what they are made of.
const warm = async (addresses) => {
  const store = await caches.open(KEPT);
  for (const address of addresses) {
    const response = await fetch(address, { redirect: "manual" }).catch(() => null);
    if (response?.status === 200) await store.put(address, response);
  }
};
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.warm)) event.waitUntil(warm(event.data.warm));
});
