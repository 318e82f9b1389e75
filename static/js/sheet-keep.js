// The form of a sheet kept on the phone while it is filled, and sent by itself once there is a connection.
(() => {
  "use strict";
  const store = window.portalSheets;
  const page = window.portalSheet;
  if (!store || !page) return;
  const { form } = page;
  const { portalSheet: visit, portalOwner: owner, portalVersion: version, portalMax: most } = form.dataset;
  const line = document.querySelector("[data-portal-sheet-state]");
  const addresses = { sheet: form.dataset.portalAddress, arrive: form.dataset.portalArrive, photo: form.dataset.portalPhoto };
  let key = form.elements.key.value;
  let timer = 0;

  const tell = (text, kind = "") => {
    line.textContent = text;
    line.dataset.kind = kind;
  };

  // --- what is typed ---

  const collected = () => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !["csrfmiddlewaretoken", "as", "key", "version", "do"].includes(name)) fields[name] = value;
    }
    return fields;
  };

  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    const savedAt = store.clock();
    try {
      await store.patch(visit, { owner, key, version, addresses, fields: collected(), state: "draft", savedAt });
      tell(`Сохранено на телефоне в ${savedAt}`, "kept");
    } catch {
      tell("Телефон не даёт сохранить: не закрывайте страницу, пока не отправите лист.", "bad");
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  };

  const fill = (fields) => {
    const numbers = Object.keys(fields).map((name) => name.match(/^v(\d+)-key$/)?.[1]).filter(Boolean).map(Number);
    for (const old of page.place()) old.remove();
    for (const number of numbers.sort((a, b) => a - b)) {
      const added = page.addLine();
      const now = added.dataset.portalLine;
      for (const field of added.querySelectorAll("[name]")) field.value = fields[field.name.replace(`v${now}-`, `v${number}-`)] ?? "";
    }
    for (const field of form.querySelectorAll("[name]")) {
      if (field.closest("[data-portal-line]") || !/^(answer-|arrived|left|clean|name)/.test(field.name)) continue;
      if (["radio", "checkbox"].includes(field.type)) field.checked = fields[field.name] === field.value;
      else if (field.type !== "file") field.value = fields[field.name] ?? "";
    }
    page.show();
  };

  // --- photos ---

  const placeOf = (input) => input.dataset.portalPlace || input.closest("[data-portal-line]").querySelector("[name$='-key']").value;

  const listPhotos = async () => {
    const kept = await store.photos(visit);
    for (const input of form.querySelectorAll("input[type=file]")) {
      const list = input.closest("[data-portal-photos]").querySelector("ul");
      list.replaceChildren(...kept.filter((photo) => photo.place === placeOf(input)).map((photo) => {
        const item = document.createElement("li");
        const name = document.createElement("span");
        name.textContent = photo.name;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn--quiet";
        button.textContent = "Убрать";
        button.setAttribute("aria-label", `Убрать фото ${photo.name}`);
        button.addEventListener("click", async () => {
          await store.dropPhoto(photo.key);
          await listPhotos();
          input.focus();
        });
        item.append(name, button);
        return item;
      }));
      input.required = false;
    }
  };

  const takePhotos = async (input) => {
    const chosen = [...input.files];
    input.value = "";
    for (const file of chosen) {
      if (file.size > Number(most)) tell(`${file.name}: фото больше ${Math.round(most / 1048576)} МБ. Снимите в обычном качестве.`, "bad");
      else await store.addPhoto(visit, placeOf(input), file);
    }
    await save();
    await listPhotos();
  };

  // --- what is wrong ---

  const mark = (name, text) => {
    const field = form.querySelector(`[name="${name}"]`);
    const place = field?.closest("[data-portal-ask], .field");
    if (!place) return;
    const said = document.createElement("p");
    said.className = "err";
    said.dataset.portalFault = "";
    said.textContent = text;
    place.append(said);
  };

  const showProblems = (problems) => {
    form.querySelectorAll("[data-portal-fault]").forEach((old) => old.remove());
    for (const [name, text] of Object.entries(problems)) mark(name, text);
    const first = form.querySelector("[data-portal-fault]")?.closest("[data-portal-ask], .field");
    if (!first) return;
    tell("Лист не отправлен: исправьте отмеченное.", "bad");
    first.scrollIntoView({ block: "center" });
    first.querySelector("input, select, textarea")?.focus({ preventScroll: true });
  };

  // The same as the portal asks, so that a phone without a connection says it on the spot.
  const missing = async () => {
    const kept = await store.photos(visit);
    const problems = {};
    for (const ask of form.querySelectorAll("[data-portal-ask][data-portal-required]")) {
      if (ask.hidden) continue;
      const fields = [...ask.querySelectorAll("[name]")];
      const name = fields[0].name;
      if (fields[0].type === "file") {
        if (!kept.some((photo) => photo.place === placeOf(fields[0])) && !ask.querySelector("[data-portal-there]")) problems[name] = "Приложите фото.";
      } else if (!fields.some((field) => (field.type === "radio" ? field.checked : field.value.trim()))) problems[name] = "Ответьте на этот вопрос.";
    }
    for (const [name, text] of [["arrived", "Укажите время прихода."], ["left", "Укажите время ухода."], ["name", "Подпишите лист: фамилия, имя, отчество."]]) {
      if (!form.elements[name].value.trim()) problems[name] = text;
    }
    const written = page.place();
    for (const one of written) {
      const text = one.querySelector("textarea");
      if (!text.value.trim()) problems[text.name] = "Опишите нарушение: что произошло и что сделали организаторы.";
    }
    const { clean } = form.elements;
    if (clean.checked && written.length) problems.clean = "Отмечено «нарушений не выявлено», но нарушения записаны. Снимите отметку или уберите их.";
    if (!clean.checked && !written.length) problems.clean = "Отметьте «нарушений не выявлено» или запишите нарушение.";
    return problems;
  };

  // --- where the sheet stands ---

  const lock = (on) => {
    form.classList.toggle("is-waiting", on);
    for (const part of form.querySelectorAll("[data-portal-part]")) part.disabled = on;
    document.querySelector("[data-portal-waiting]").hidden = !on;
  };

  const stand = (sheet) => {
    if (!sheet) return;
    if (sheet.state === "sent" || sheet.state === "second") {
      location.replace(addresses.sheet);
      return;
    }
    lock(sheet.state === "waiting");
    if (sheet.state === "waiting") tell(sheet.trouble || `Сохранено на телефоне в ${sheet.savedAt}. Уйдёт само, когда появится связь.`, sheet.trouble ? "bad" : "waiting");
    else if (sheet.trouble) tell(sheet.trouble, "bad");
    else if (sheet.savedAt) tell(`Сохранено на телефоне в ${sheet.savedAt}`, "kept");
    if (Object.keys(sheet.problems ?? {}).length) showProblems(sheet.problems);
  };

  const flush = async () => {
    const sheet = await store.get(visit);
    if (sheet && (sheet.state === "waiting" || (sheet.arrivedAt && !sheet.arrivalSent))) {
      const after = await store.send(visit);
      if (sheet.state === "waiting") stand(after);
    }
  };

  const submit = async () => {
    await save();
    const problems = await missing();
    showProblems(problems);
    if (Object.keys(problems).length) return;
    await store.patch(visit, { state: "waiting", problems: {}, trouble: "" });
    stand(await store.get(visit));
    await flush();
  };

  form.addEventListener("input", later);
  form.addEventListener("change", (event) => (event.target.type === "file" ? takePhotos(event.target) : later()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.value !== "keep") submit();
    else if (event.submitter.dataset.portalMore === undefined) save();
  });
  document.querySelector("[data-portal-back]").addEventListener("click", async () => {
    await store.patch(visit, { state: "draft" });
    stand(await store.get(visit));
  });
  document.querySelector("[data-portal-arrived]")?.addEventListener("click", async (event) => {
    event.preventDefault();
    page.setNow("arrived");
    await save();
    await store.patch(visit, { arrivedAt: Date.now(), arrivalSent: false });
    await flush();
  });
  addEventListener("online", flush);
  setInterval(flush, 20000);
  for (const [target, kind] of [[document, "visibilitychange"], [window, "pagehide"]]) {
    target.addEventListener(kind, () => { if (timer) save(); });
  }

  const begin = async () => {
    const kept = await store.get(visit);
    if (!kept || kept.owner !== owner || kept.state === "sent" || kept.state === "second") return;
    if (kept.version !== version && navigator.onLine && !location.search) {
      location.replace(`${addresses.sheet}?version=${kept.version}`);
      return;
    }
    key = kept.key;
    fill(kept.fields);
    stand(kept);
    await flush();
  };
  begin().then(listPhotos).catch(() => tell("Телефон не даёт сохранить: не закрывайте страницу, пока не отправите лист.", "bad"));
})();
