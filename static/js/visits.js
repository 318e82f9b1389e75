// The observer's pages at hand without a connection; whatever waits on the phone is sent from here too.
(() => {
  "use strict";
  const list = document.querySelector("[data-portal-visits]");
  if (!list) return;
  const { portalVisits: owner, portalWorker: worker, portalScope: scope } = list.dataset;

  const parts = () => [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((part) => part.href ?? part.src);
  const prepare = async () => {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(worker, { scope });
    const { active } = await navigator.serviceWorker.ready;
    const pages = [...document.querySelectorAll("[data-portal-page]")].map((link) => link.href);
    active.postMessage({ warm: [location.pathname, ...pages, ...parts(), ...(list.dataset.portalParts ?? "").split(" ").filter(Boolean)] });
  };
  prepare().catch(() => {});

  const store = window.portalSheets;
  if (!store) return;
  const WORDS = {
    draft: (sheet) => sheet.trouble || `Не отправлен: черновик на телефоне, ${sheet.savedAt}`,
    waiting: (sheet) => sheet.trouble || "Ждёт связи: уйдёт сам",
    sent: (sheet) => `Отправлен в ${sheet.sentAt}`,
    second: (sheet) => sheet.trouble,
  };
  const show = async () => {
    for (const place of document.querySelectorAll("[data-portal-stands]")) {
      const sheet = await store.get(place.dataset.portalStands);
      if (sheet?.state && sheet.owner === owner) place.textContent = WORDS[sheet.state](sheet);
    }
  };
  const flush = async () => {
    await store.sendAll(owner);
    await show();
  };
  addEventListener("online", flush);
  flush();
})();
