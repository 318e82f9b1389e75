// Columns of numbers copied from Excel are laid out over the cells from the chosen one on.
(() => {
  "use strict";
  document.addEventListener("paste", (event) => {
    const first = event.target.closest?.("[data-portal-scales] input");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!first || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const rows = [...first.closest("tbody").rows];
    const top = rows.indexOf(first.closest("tr"));
    const left = [...first.closest("tr").querySelectorAll("input")].indexOf(first);
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      const cells = rows[top + down]?.querySelectorAll("input") ?? [];
      line.split("\t").forEach((value, across) => {
        if (cells[left + across]) cells[left + across].value = value.trim();
      });
    });
  });
})();
