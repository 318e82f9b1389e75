// [data-portal-tick]: the form of ticked rows. Offers «all on the page» and counts them on its button.
(() => {
  "use strict";
  const form = document.querySelector("[data-portal-tick]");
  if (!form) return;
  const all = form.querySelector("[data-portal-tick-all]");
  const button = form.querySelector("[data-portal-tick-button]");
  const words = button.textContent;
  const boxes = () => [...document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)];
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    button.textContent = ticked ? `${words} (${ticked})` : words;
    button.disabled = ticked === 0;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && ticked < boxes().length;
  };
  form.querySelector("[data-portal-tick-all-label]").hidden = false;
  all.addEventListener("change", () => {
    boxes().forEach((box) => { box.checked = all.checked; });
    count();
  });
  document.addEventListener("change", (event) => { if (event.target.form === form) count(); });
  document.addEventListener("htmx:afterSwap", count);
  count();
})();
