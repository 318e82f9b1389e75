// The plan as a spreadsheet: click or Enter opens a cell, Esc leaves it, Tab saves it and opens the next, arrows walk.
// Without this file every cell is a link to a page with the same form.
(() => {
  "use strict";
  const finger = window.matchMedia("(pointer: coarse)");
  let next = null; // the cell to go to once the row has come back: {id, open}

  const link = (cell) => cell?.querySelector(".cell__text");
  const editor = () => document.querySelector("textarea[data-portal-editing]");
  const isDirty = (area) => area && area.value !== area.defaultValue;

  const neighbour = (cell, across, down) => {
    if (across) {
      const cells = [...document.querySelectorAll(".plan .item:not([hidden]) td[id^=cell-]")];
      return cells[cells.indexOf(cell) + across];
    }
    const rows = [...document.querySelectorAll(".plan .item:not([hidden])")];
    const row = rows[rows.indexOf(cell.closest(".item")) + down];
    return row?.querySelectorAll("td[id^=cell-]")[[...cell.parentNode.children].indexOf(cell)];
  };

  const goOn = () => {
    if (!next) return;
    const wanted = next;
    next = null;
    if (wanted.again) return document.querySelector(wanted.again)?.click();
    const target = link(document.getElementById(wanted.id));
    if (wanted.open) target?.click();
    else target?.focus();
  };

  const leave = (area, going) => {
    next = going;
    if (isDirty(area)) area.form.requestSubmit();
    else area.form.querySelector("[data-portal-leave]").click();
  };

  document.addEventListener("click", (event) => {
    const cell = event.target.closest(".plan td.cell, .plan td.num");
    if (!cell || event.target.closest("a, button, summary, details, textarea")) return;
    if (String(window.getSelection())) return; // a text is being selected, not a cell opened
    link(cell)?.click();
  });

  // A half-written text is saved before an answer replaces it; then what was wanted is asked for again.
  document.addEventListener("htmx:confirm", (event) => {
    const area = editor();
    const { elt, target, triggeringEvent } = event.detail;
    const keeps = !isDirty(area) || elt === area.form || elt.matches("[data-portal-leave]") || !target?.contains(area);
    if (keeps) return;
    event.preventDefault();
    const button = triggeringEvent?.submitter;
    const again = elt.matches("form")
      ? `form[action="${elt.getAttribute("action")}"] button${button?.value ? `[value="${button.value}"]` : ""}`
      : `[hx-get="${elt.getAttribute("hx-get")}"]`;
    leave(area, { again });
  });

  document.addEventListener("keydown", (event) => {
    const area = event.target.closest?.("textarea[data-portal-editing]");
    if (area) return inside(event, area);
    if (event.key === "Escape") {
      const back = event.target.closest?.(".question")?.querySelector("[data-portal-leave]");
      back?.click();
    }
    const cell = event.target.closest?.("[data-portal-cell]")?.closest("td");
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!cell || !step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    link(neighbour(cell, ...step))?.focus();
  });

  const inside = (event, area) => {
    const cell = area.closest("td");
    if (event.key === "Escape") {
      event.preventDefault();
      next = { id: cell.id, open: false };
      area.form.querySelector("[data-portal-leave]").click();
    } else if (event.key === "Tab") {
      const other = neighbour(cell, event.shiftKey ? -1 : 1, 0);
      if (!other) return;
      event.preventDefault();
      leave(area, { id: other.id, open: true });
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !finger.matches) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  };

  // Who saves second gets both texts with status 409: that is an answer, no failure.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 409) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    next = null;
  });

  const grow = (area) => {
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };

  document.addEventListener("htmx:afterSettle", () => {
    fold();
    choose();
    const area = editor();
    if (area && !area.dataset.ready) {
      area.dataset.ready = "yes";
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
      grow(area);
    } else {
      const question = document.querySelector(".question form:not([data-ready])");
      const conflict = document.querySelector(".conflict__in:not([data-ready])");
      if (conflict) {
        conflict.dataset.ready = "yes";
        conflict.scrollIntoView({ block: "nearest" });
        conflict.querySelector("button")?.focus({ preventScroll: true });
      }
      if (question) {
        question.dataset.ready = "yes";
        question.closest("tr").scrollIntoView({ block: "center" });
        const first = question.querySelector("input[type=radio]:checked") ?? question.querySelector("input:not([type=hidden]), select");
        first?.focus({ preventScroll: true });
      }
      goOn();
    }
  });
  document.addEventListener("portal:cell", (event) => {
    next ??= event.detail;
    if (next.open && !document.querySelector(".htmx-request")) goOn();
    else if (!editor()) goOn();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-portal-editing]")) grow(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty(editor())) event.preventDefault();
  });

  // Sections fold, and stay folded on this computer.
  const plan = () => document.querySelector("[data-portal-plan]")?.dataset.portalPlan ?? "";
  const key = () => `plan-${plan()}-folded`;
  const folded = () => new Set(JSON.parse(localStorage.getItem(key()) ?? "[]"));
  const fold = () => {
    const closed = plan() ? folded() : new Set();
    for (const button of document.querySelectorAll("[data-portal-fold]")) {
      button.setAttribute("aria-expanded", String(!closed.has(button.dataset.portalFold)));
    }
    for (const row of document.querySelectorAll(".plan .item")) row.hidden = closed.has(row.dataset.section);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-portal-fold]");
    if (!button || !plan()) return;
    const closed = folded();
    if (!closed.delete(button.dataset.portalFold)) closed.add(button.dataset.portalFold);
    localStorage.setItem(key(), JSON.stringify([...closed]));
    fold();
  });
  // A link to a row inside a folded section opens the section first.
  const unfold = () => {
    const row = location.hash.startsWith("#item-") && document.getElementById(location.hash.slice(1));
    if (!row || !row.hidden) return;
    const closed = folded();
    closed.delete(row.dataset.section);
    localStorage.setItem(key(), JSON.stringify([...closed]));
    fold();
    row.scrollIntoView({ block: "center" });
  };
  window.addEventListener("hashchange", unfold);

  // Of the settling form only the fields of the chosen meaning are shown.
  const choose = () => {
    for (const form of document.querySelectorAll("[data-portal-settle]")) {
      const meaning = form.querySelector("[name=meaning]:checked")?.value ?? "";
      for (const row of form.querySelectorAll("[data-portal-for]")) {
        row.hidden = !row.dataset.portalFor.split(" ").includes(meaning);
      }
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-portal-settle] [name=meaning]")) choose();
  });

  fold();
  unfold();
  choose();
})();
