// The arrow keys walk from the words asked for through what was found, and back. Without it Tab does.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const box = document.querySelector("[data-portal-seek]");
    if (!step || !box || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const places = [box, ...document.querySelectorAll("[data-portal-found] a")];
    const here = places.indexOf(document.activeElement);
    if (here < 0) return;
    event.preventDefault();
    places[here + step]?.focus();
  });
})();
