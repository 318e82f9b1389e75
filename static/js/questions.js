// The builder: Alt with an arrow moves the question that has the focus, by its own button; the focus stays with it.
(() => {
  "use strict";
  const rows = () => document.querySelectorAll("[data-portal-question]");
  for (const row of rows()) row.tabIndex = 0;
  let moving = "";

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-portal-question]");
    const names = { ArrowUp: "[data-portal-up]", ArrowDown: "[data-portal-down]" };
    if (!row || !event.altKey || !names[event.key]) return;
    event.preventDefault();
    moving = row.id;
    row.querySelector(names[event.key])?.click();
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-portal-up], [data-portal-down]")?.closest("[data-portal-question]");
    if (row) moving = row.id;
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const row of rows()) row.tabIndex = 0;
    if (moving) document.getElementById(moving)?.focus();
    moving = "";
  });
})();
