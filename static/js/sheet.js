// The form of a sheet: questions that depend on answers, more violations, «сейчас» for a time. Without it everything
// stands open, and one violation at a time is added by the form's own button.
(() => {
  "use strict";

  // [data-portal-if="question"][data-portal-is="answer"]: hidden, and not sent, until that answer is chosen.
  const chosen = (form, key) => {
    const field = form.querySelector(`[name="answer-${key}"]:checked`);
    return field && !field.closest("[data-portal-ask]").hidden ? field.value : "";
  };
  const show = (form) => {
    for (const ask of form.querySelectorAll("[data-portal-if]")) {
      ask.hidden = chosen(form, ask.dataset.portalIf) !== ask.dataset.portalIs;
      ask.disabled = ask.hidden;
    }
  };
  const FORMS = "[data-portal-sheet], [data-portal-preview]";
  const showAll = () => document.querySelectorAll(FORMS).forEach(show);
  document.addEventListener("change", (event) => {
    const form = event.target.closest(FORMS);
    if (form) show(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-portal-preview]")) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", showAll);
  showAll();

  const form = document.querySelector("[data-portal-sheet]");
  if (!form) return;

  // --- violations ---

  const lines = form.querySelector("[data-portal-lines]");
  const spare = form.querySelector("[data-portal-spare]");
  const place = () => [...lines.querySelectorAll("[data-portal-line]")];
  const isBlank = (line) => [...line.querySelectorAll("input:not([type=hidden]), textarea")].every((field) => !field.value);

  const addLine = () => {
    const number = 1 + Math.max(-1, ...place().map((line) => Number(line.dataset.portalLine)));
    const holder = document.createElement("template");
    holder.innerHTML = spare.innerHTML.replaceAll("v-1-", `v${number}-`);
    const line = holder.content.querySelector("[data-portal-line]");
    line.dataset.portalLine = number;
    line.querySelector(`[name="v${number}-key"]`).value = window.isSecureContext ? crypto.randomUUID() : "";
    lines.append(line);
    return line;
  };

  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-portal-more]")) {
      event.preventDefault();
      addLine().querySelector("select").focus();
      form.elements.clean.checked = false;
    }
    const gone = event.target.closest("[data-portal-less]");
    if (!gone) return;
    gone.closest("[data-portal-line]").remove();
    form.querySelector("[data-portal-more]").focus();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
  for (const line of place()) if (isBlank(line)) line.remove();

  // --- hours ---

  const minutes = (date) => `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;

  // A button [data-portal-now="left"] sets the field to this minute; the phone's own moment goes along with it.
  const setNow = (name) => {
    const now = new Date();
    form.elements[name].value = minutes(now);
    form.elements[`${name}_phone`].value = String(now.getTime());
    form.elements[name].dispatchEvent(new Event("change", { bubbles: true }));
  };
  form.addEventListener("click", (event) => {
    const now = event.target.closest("[data-portal-now]");
    if (now) setNow(now.dataset.portalNow);
  });
  // A time typed by hand is not the button's any more.
  form.addEventListener("input", (event) => {
    const moment = form.elements[`${event.target.name}_phone`];
    if (moment && event.isTrusted) moment.value = "";
  });

  window.portalSheet = { form, show: () => show(form), addLine, place, setNow };
})();
