// After a clause was saved, moved or added, the eye and the keyboard stay at it: the sheet around it is new.
(() => {
  "use strict";
  let stay = "";

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { hash } = new URL(event.detail.xhr.responseURL || location.href);
    const form = event.detail.requestConfig.elt.closest?.(".cl");
    stay = hash || (form?.id ? `#${form.id}` : "");
  });

  document.addEventListener("htmx:afterSettle", () => {
    const clause = stay.startsWith("#clause-") && document.querySelector(stay);
    stay = "";
    if (!clause) return;
    const target = clause.open ? clause.querySelector("textarea") : clause.querySelector("summary");
    target?.focus({ preventScroll: true });
    clause.scrollIntoView({ block: "nearest" });
  });
})();
