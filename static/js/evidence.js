// [data-portal-upload="address"]: chosen or dragged files are sent at once, each with its progress; the answer replaces
// [data-portal-upload-list] of the same form. Without this script the files travel with the form.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const queues = new WeakMap();
  const dropOf = (event) => event.target.closest?.("[data-portal-upload]");
  const listOf = (drop) => drop.closest("form").querySelector("[data-portal-upload-list]");

  const WHY = {
    401: "не загрузилось. Войдите и выберите файл ещё раз.",
    413: "файл слишком велик. Уменьшите его или приложите ссылку.",
    other: "не загрузилось. Проверьте связь и выберите файл ещё раз.",
  };

  // The newest token: a log-in in another tab makes the page's own one stale.
  const csrf = (drop) => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1]
    ?? drop.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;

  const row = (file) => {
    const item = document.createElement("li");
    const words = document.createElement("span");
    words.className = "prog";
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `Загрузка: ${file.name}`);
    words.append(name, bar);
    item.append(document.createElement("span"), words);
    return { item, bar, name };
  };

  const busy = (drop, on) => {
    const button = drop.closest("form").querySelector(".btn--main");
    if (button) button.disabled = on;
  };

  // On a slow line the refusal must not come after the whole file has gone up.
  const isTooBig = (drop, file) => file.size > Number(drop.dataset.portalMax);

  const refuse = (drop, file) => {
    const { item, bar, name } = row(file);
    bar.remove();
    name.textContent = `${file.name}: ${WHY[413]}`;
    name.setAttribute("role", "alert");
    listOf(drop).querySelector("ul").append(item);
  };

  const send = (drop, file) => new Promise((done) => {
    const { item, bar, name } = row(file);
    let list = listOf(drop);
    list.querySelector("ul").append(item);
    const body = new FormData();
    body.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", drop.dataset.portalUpload);
    request.setRequestHeader("X-Requested-With", "portal-upload");
    request.setRequestHeader("X-CSRFToken", csrf(drop));
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    request.addEventListener("loadend", () => {
      list = listOf(drop);
      if (list && (request.status === 200 || request.status === 422)) {
        const waiting = [...list.querySelectorAll("li progress")].map((one) => one.closest("li")).filter((one) => one !== item);
        const problems = [...list.querySelectorAll("[role=alert]")];
        list.outerHTML = request.responseText;
        list = listOf(drop);
        list.prepend(...problems);
        list.querySelector("ul").append(...waiting);
        window.htmx?.process(list);
      } else {
        bar.remove();
        name.textContent = `${file.name}: ${WHY[request.status] ?? WHY.other}`;
        if (request.status === 401) document.dispatchEvent(new Event("portal:expired"));
        name.setAttribute("role", "alert");
      }
      done();
    });
    request.send(body);
  });

  const take = (drop, files) => {
    busy(drop, true);
    const before = queues.get(drop) ?? Promise.resolve();
    for (const file of files) if (isTooBig(drop, file)) refuse(drop, file);
    const sound = [...files].filter((file) => !isTooBig(drop, file));
    const after = sound.reduce((chain, file) => chain.then(() => send(drop, file)), before);
    queues.set(drop, after);
    after.then(() => { if (queues.get(drop) === after) busy(drop, false); });
  };

  document.addEventListener("change", (event) => {
    const drop = dropOf(event);
    if (!drop || event.target.type !== "file") return;
    const chosen = [...event.target.files];
    event.target.value = "";
    listOf(drop).querySelectorAll("[role=alert]").forEach((old) => old.remove());
    take(drop, chosen);
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      const drop = dropOf(event);
      if (!drop || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    const drop = dropOf(event);
    if (drop && !drop.contains(event.relatedTarget)) drop.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    const drop = dropOf(event);
    if (!drop || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    take(drop, event.dataTransfer.files);
  });
})();
