// [data-portal-matrix]: arrows walk from cell to cell, Home and End to the row's ends; one stop for Tab instead of thousands.
(() => {
  "use strict";
  const table = document.querySelector("[data-portal-matrix]");
  if (!table) return;
  const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector("td.c > a"));
  const links = [...table.querySelectorAll("td.c > a")];
  const enter = (link) => {
    if (!link) return;
    links.forEach((one) => { if (one.tabIndex === 0) one.tabIndex = -1; });
    link.tabIndex = 0;
  };
  links.forEach((link) => { link.tabIndex = -1; });
  enter(links[0]);
  const near = (row, column) => {
    const found = [...row.querySelectorAll("td.c > a")];
    return found.reduce((best, link) => {
      const off = (one) => Math.abs(one.parentElement.cellIndex - column);
      return !best || off(link) < off(best) ? link : best;
    }, null);
  };
  const step = (link, key) => {
    const row = link.closest("tr");
    const inRow = [...row.querySelectorAll("td.c > a")];
    const place = inRow.indexOf(link);
    if (key === "ArrowRight") return inRow[place + 1];
    if (key === "ArrowLeft") return inRow[place - 1];
    if (key === "Home") return inRow[0];
    if (key === "End") return inRow[inRow.length - 1];
    const next = rows[rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1)];
    return next && near(next, link.parentElement.cellIndex);
  };
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest("td.c > a");
    if (!link || !["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    const to = step(link, event.key);
    if (!to) return;
    event.preventDefault();
    enter(to);
    to.focus();
  });
  table.addEventListener("focusin", (event) => enter(event.target.closest("td.c > a")));
})();
