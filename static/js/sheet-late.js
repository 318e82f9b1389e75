// A text left on this phone after another device has sent the sheet: sent along as the second one, by the person's will.
(() => {
  "use strict";
  const store = window.portalSheets;
  const late = document.querySelector("[data-portal-late]");
  if (!store || !late) return;
  const { portalLate: visit, portalOwner: owner } = late.dataset;
  store.get(visit).then((sheet) => {
    if (sheet?.owner === owner && ["draft", "waiting"].includes(sheet.state) && Object.keys(sheet.fields ?? {}).length) late.hidden = false;
  }).catch(() => {});
  late.querySelector("[data-portal-send-late]").addEventListener("click", async () => {
    await store.patch(visit, { state: "waiting" });
    await store.send(visit);
    location.reload();
  });
})();
