// Behaviours of the frame: windows, menus, toasts. Every one of them only makes a plain page quicker.
(() => {
  "use strict";
  document.documentElement.dataset.script = "on";

  // On a narrow screen the sections are a strip: show the one we are in.
  document.querySelector("[data-portal-nav] [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // After a refused form the summary of its errors is what one reads and hears first.
  if (!document.querySelector("[autofocus]")) document.querySelector("[data-portal-errors]")?.focus();

  // <a href="…" data-portal-dialog="id"> opens the window of that id; without it the link is followed.
  // <button data-portal-close> inside a window closes it.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-portal-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.portalDialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest("[data-portal-close]")) event.target.closest("dialog")?.close();
    for (const menu of document.querySelectorAll("[data-portal-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (event.target.closest("[data-portal-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("[data-portal-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A folded table loses its head: each cell says its column, an empty one says nothing.
  const label = (root) => {
    for (const table of root.querySelectorAll("[data-portal-fold] table")) {
      const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
      for (const cell of table.querySelectorAll("tbody td")) {
        const words = cell.textContent.trim();
        if (words === "" || words === "—") cell.dataset.blank = "";
        else cell.dataset.head = heads[cell.cellIndex] ?? "";
      }
    }
  };
  label(document);
  document.addEventListener("htmx:afterSettle", (event) => label(event.target.parentElement ?? document));

  // A filter sends itself when a choice is changed; its button stays for those without scripts.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-portal-filter]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });

  // A toast that only tells goes after ten seconds, unless it is being read; a fault or an undo stays until closed.
  const prepare = (toast) => {
    if (toast.dataset.ready) return;
    toast.dataset.ready = "yes";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn toast__close";
    close.textContent = "Закрыть";
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    const stays = toast.matches(".toast--error, .toast--warning") || toast.querySelector("form");
    if (stays) return;
    const later = () => (toast.matches(":hover, :focus-within") ? setTimeout(later, 2000) : toast.remove());
    setTimeout(later, 10000);
  };
  const prepareAll = () => document.querySelectorAll("[data-portal-toast]").forEach(prepare);
  prepareAll();
  document.addEventListener("htmx:afterSettle", prepareAll);
  document.addEventListener("htmx:oobAfterSwap", prepareAll);

  // A log-in in another tab gives a new token: forms opened before it are sent with the newest one.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
  }, true);
  document.addEventListener("htmx:configRequest", (event) => {
    if (!token()) return;
    event.detail.headers["x-csrftoken"] = token();
    if ("csrfmiddlewaretoken" in event.detail.parameters) event.detail.parameters.csrfmiddlewaretoken = token();
  });

  // A double click sends a plain form once; whoever means it may send it again a moment later.
  const PAUSE = 1500;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.timeStamp - (form.portalSent ?? -PAUSE) < PAUSE) event.preventDefault();
    else form.portalSent = event.timeStamp;
  });

  // The server did not answer an htmx request, or refused it: say so once, keep what was typed.
  const tell = (text, ...more) => {
    const toasts = document.getElementById("toasts");
    for (const old of toasts.children) if (old.dataset.text === text) old.remove();
    const toast = document.createElement("div");
    toast.className = "toast toast--error";
    toast.dataset.portalToast = "";
    toast.dataset.text = text;
    const words = document.createElement("span");
    words.append(text, ...more);
    toast.append(words);
    toasts.append(toast);
    prepare(toast);
  };
  const tellExpired = () => {
    const link = document.createElement("a");
    link.href = document.body.dataset.portalLogin;
    link.target = "_blank";
    link.textContent = "Войти в новой вкладке";
    tell("Вход истёк. Введённое осталось на странице: войдите, вернитесь сюда и повторите. ", link);
  };
  const reason = (answer) =>
    new DOMParser().parseFromString(answer.responseText, "text/html").getElementById("reason")?.textContent;
  document.addEventListener("portal:expired", tellExpired);
  document.addEventListener("htmx:sendError", () =>
    tell("Нет связи с порталом. Введённое осталось на странице, повторите через минуту."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) tellExpired();
    else if (status === 403) tell(reason(event.detail.xhr) ?? "Это действие не для вашей роли, или вход истёк. Скопируйте введённое, обновите страницу и повторите.");
    else if (status === 412) tell("В другой вкладке вы перешли в другую роль или отдел. Ничего не записано: вернитесь в прежнюю роль и повторите.");
    else if (status === 404) tell("Этого больше нет: возможно, кто-то уже изменил. Обновите страницу.");
    else tell("Портал не смог выполнить действие. Повторите; если не выйдет, сообщите администратору.");
  });
})();
