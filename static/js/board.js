// The board of the VPR: a test is dragged to another day, or moved by Alt + ← or →. Without this file each test is a
// link to its page, where the same is done by buttons.
(() => {
  "use strict";
  let moving = null; // the test being dragged

  const chipOf = (node) => node.closest?.("[data-portal-session]");
  const ready = (root) => {
    for (const chip of root.querySelectorAll("[data-portal-session]")) chip.draggable = true;
  };
  ready(document);
  document.addEventListener("htmx:afterSettle", () => ready(document));

  const move = (chip, values) => {
    const row = chip.closest("tr");
    const id = chip.id;
    chip.classList.add("is-moving");
    window.htmx
      .ajax("POST", chip.dataset.portalSession + window.location.search, { target: row, swap: "outerHTML", values })
      .then(() => {
        const back = document.getElementById(id);
        back?.classList.remove("is-moving");
        back?.focus();
      });
  };

  document.addEventListener("dragstart", (event) => {
    moving = chipOf(event.target);
    if (!moving) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", moving.textContent.trim());
  });

  // Only a free day of the same school takes it.
  const dayUnder = (event) => {
    const day = event.target.closest?.("[data-portal-day]");
    return day && moving && day.closest("tr") === moving.closest("tr") && day !== moving.closest("td") ? day : null;
  };
  const mark = (day) => {
    for (const over of document.querySelectorAll(".is-over")) if (over !== day) over.classList.remove("is-over");
    day?.classList.add("is-over");
  };
  document.addEventListener("dragover", (event) => {
    const day = dayUnder(event);
    mark(day);
    if (day) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const day = dayUnder(event);
    if (!day) return;
    event.preventDefault();
    move(moving, { day: day.dataset.portalDay });
  });
  document.addEventListener("dragend", () => {
    mark(null);
    moving = null;
  });

  document.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const chip = chipOf(event.target);
    if (!chip || !step || !event.altKey) return;
    event.preventDefault();
    move(chip, { step });
  });
})();
