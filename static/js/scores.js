// [data-portal-scores]: the grid of scores. A digit that can have no second one jumps on, «Х» jumps on, Enter and
// arrows walk. The rows save themselves by htmx on «change».
(() => {
  "use strict";
  const grid = document.querySelector("[data-portal-scores]");
  if (!grid) return;
  const cells = () => [...grid.querySelectorAll("input")];
  const go = (cell, step) => {
    const all = cells();
    const next = all[all.indexOf(cell) + step];
    if (next) next.focus();
    else cell.blur();
  };
  const walk = (cell, step) => {
    const here = cell.closest("td").cellIndex;
    let row = cell.closest("tr");
    do {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    } while (row && !row.cells[here].querySelector("input"));
    if (row) row.cells[here].querySelector("input").focus();
  };
  const judge = (cell) => {
    const text = cell.value.trim();
    const wrong = text && text !== "Х" && !(/^\d+$/.test(text) && Number(text) <= Number(cell.dataset.most));
    if (wrong) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    return !wrong;
  };
  grid.addEventListener("focusin", (event) => {
    if (event.target.matches("input")) event.target.select();
  });
  grid.addEventListener("input", (event) => {
    const cell = event.target;
    if (/[xхчXХЧ]/.test(cell.value)) { // «ч» is the key of X under the Russian layout
      cell.value = "Х";
      cell.dispatchEvent(new Event("change", { bubbles: true })); // a value set by a script announces itself not
      judge(cell);
      go(cell, 1);
      return;
    }
    const second = Number(cell.value) * 10 <= Number(cell.dataset.most) && cell.value !== "0";
    if (judge(cell) && cell.value && (!second || cell.value.length > 1)) go(cell, 1);
  });
  grid.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches("input") || event.ctrlKey || event.altKey || event.metaKey) return;
    const atStart = cell.selectionStart === 0;
    const atEnd = cell.selectionEnd === cell.value.length;
    const moves = {
      Enter: () => go(cell, event.shiftKey ? -1 : 1),
      ArrowDown: () => walk(cell, 1),
      ArrowUp: () => walk(cell, -1),
      ArrowRight: atEnd ? () => go(cell, 1) : null,
      ArrowLeft: atStart ? () => go(cell, -1) : null,
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
})();
