// Rows copied in Word or Excel and pasted over the plan go to the page that shows how they would stand in it.
// Without this file that page takes the same rows as plain text.
(() => {
  "use strict";
  const fragment = (html) => html.match(/<!--StartFragment-->([\s\S]*)<!--EndFragment-->/)?.[1] ?? html;

  // What the clipboard holds of a table: {html, text}, or null when it is mere text.
  const table = (data) => {
    const html = data.getData("text/html");
    const text = data.getData("text/plain");
    if (/<tr[\s>]/i.test(html)) {
      const part = fragment(html);
      return { html: /<table[\s>]/i.test(part) ? part : `<table>${part}</table>`, text };
    }
    return text.includes("\t") ? { html: "", text } : null;
  };

  const send = (address, fields) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    form.hidden = true;
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  };

  document.addEventListener("paste", (event) => {
    const here = document.querySelector("[data-portal-paste-here] textarea[name=text]:not([hidden])");
    const sheet = document.querySelector("[data-portal-paste]");
    const rows = event.clipboardData && table(event.clipboardData);
    if (!rows) return;
    if (here && event.target === here) {
      here.form.elements.html.value = rows.html; // beside the text: its cells may be of several lines
      return;
    }
    const area = event.target.closest?.("input, textarea, select");
    const written = area && (!area.matches("[data-portal-editing]") || area.value !== "");
    if (!sheet || written) return;
    event.preventDefault();
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const row = document.activeElement?.closest?.(".plan .item")?.id.replace("item-", "") ?? "";
    send(sheet.dataset.portalPaste, { csrfmiddlewaretoken: token, after: row, ...rows });
  });

  // A second click of an impatient hand adds nothing twice.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-portal-once]")) return;
    setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-portal-once] button").forEach((button) => (button.disabled = false));
  });

  // What was written by hand after pasting counts as written.
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("[data-portal-paste-here]");
    if (form && event.target.name === "text" && event.inputType !== "insertFromPaste") form.elements.html.value = "";
  });
})();
