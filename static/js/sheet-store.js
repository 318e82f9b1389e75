// Sheets and photos kept on the phone, and their sending: each under a key made here, so that nothing arrives twice.
// window.portalSheets = { get, patch, photos, addPhoto, dropPhoto, send, sendAll, clock }; absent where a browser cannot.
(() => {
  "use strict";
  if (!window.isSecureContext || !window.indexedDB) return;
  const HEADERS = { "X-Requested-With": "portal-sheet", Accept: "application/json" };

  // --- the store: two tables of IndexedDB ---

  const opened = new Promise((done, fail) => {
    const request = indexedDB.open("portal-sheets", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("sheets", { keyPath: "visit" });
      request.result.createObjectStore("photos", { keyPath: "key" }).createIndex("visit", "visit");
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

  const ask = async (table, mode, what) => {
    const database = await opened;
    return new Promise((done, fail) => {
      const transaction = database.transaction(table, mode);
      const request = what(transaction.objectStore(table));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  };

  const get = (visit) => ask("sheets", "readonly", (table) => table.get(visit));

  // Changes written in one step: what is typed and what is being sent never overwrite each other.
  const patch = async (visit, changes) => {
    const database = await opened;
    return new Promise((done, fail) => {
      const transaction = database.transaction("sheets", "readwrite");
      const table = transaction.objectStore("sheets");
      const request = table.get(visit);
      let sheet;
      request.onsuccess = () => {
        sheet = { visit, ...request.result, ...changes };
        table.put(sheet);
      };
      transaction.oncomplete = () => done(sheet);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  };
  const all = () => ask("sheets", "readonly", (table) => table.getAll());
  const photos = (visit) => ask("photos", "readonly", (table) => table.index("visit").getAll(visit));
  const dropPhoto = (key) => ask("photos", "readwrite", (table) => table.delete(key));

  // --- photos: made smaller on the phone, for the line there is slow ---

  const LONGEST_SIDE = 2400;

  const smaller = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const drawn = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
      return drawn && drawn.size < file.size ? drawn : file;
    } catch {
      return file; // a picture this browser cannot draw: the portal will say what is wrong with it
    }
  };

  const addPhoto = async (visit, place, file) => {
    const photo = { key: crypto.randomUUID(), visit, place, name: file.name, blob: await smaller(file), sent: false };
    await ask("photos", "readwrite", (table) => table.put(photo));
    return photo;
  };

  // --- sending ---

  const csrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  const clock = (date = new Date()) => date.toLocaleTimeString("ru-RU", { hour: "2-digit", minute: "2-digit" });

  // {ok, status, answer}; status 0: no connection. A redirect is a closed door: log in, or open the link again.
  const post = async (address, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (value instanceof Blob) body.append(name, value, fields.name ?? "photo.jpg");
      else body.append(name, value);
    }
    body.append("phone_now", String(Date.now()));
    try {
      const response = await fetch(address, { method: "POST", body, headers: { ...HEADERS, "X-CSRFToken": csrf() }, redirect: "manual" });
      const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
      return { status: response.type === "opaqueredirect" ? 403 : response.status, answer };
    } catch {
      return { status: 0, answer: {} };
    }
  };

  const CLOSED = "Вход закончился. Записанное остаётся на телефоне: войдите снова или откройте ссылку, и оно уйдёт само.";
  const BROKEN = "Портал не смог принять лист. Записанное остаётся на телефоне, попробуем ещё раз.";

  const troubled = ({ visit }, { status, answer }) => {
    if (status === 0) return patch(visit, { trouble: "" });
    if (answer.why) return patch(visit, { state: "draft", trouble: answer.why });
    if (answer.fields) return patch(visit, { state: "draft", trouble: "", problems: answer.fields });
    return patch(visit, { trouble: [401, 403, 412].includes(status) ? CLOSED : BROKEN });
  };

  const sendArrival = async ({ visit, arrivedAt, arrivalSent, addresses }) => {
    if (!arrivedAt || arrivalSent) return { status: 200, answer: {} };
    const reply = await post(addresses.arrive, { arrived_phone: String(arrivedAt) });
    if (reply.status === 200) await patch(visit, { arrivalSent: true });
    return reply;
  };

  const sendPhotos = async ({ visit, addresses, version }) => {
    for (const photo of await photos(visit)) {
      if (photo.sent) continue;
      const { key, place, name, blob } = photo;
      const reply = await post(addresses.photo, { key, place, name, photo: blob, version });
      if (reply.status !== 200) return reply;
      await ask("photos", "readwrite", (table) => table.put({ ...photo, sent: true }));
    }
    return { status: 200, answer: {} };
  };

  const settled = async ({ visit }, { state, at, why = "" }) => {
    for (const photo of await photos(visit)) await dropPhoto(photo.key);
    return patch(visit, { state, sentAt: at, trouble: why, fields: {}, problems: {} });
  };

  const once = async (visit) => {
    const sheet = await get(visit);
    if (!sheet) return sheet;
    const arrival = await sendArrival(sheet);
    if (sheet.state !== "waiting") return sheet;
    if (arrival.status !== 200) return troubled(sheet, arrival);
    const pictures = await sendPhotos(sheet);
    if (pictures.status !== 200) return troubled(sheet, pictures);
    const reply = await post(sheet.addresses.sheet, { ...sheet.fields, key: sheet.key, version: sheet.version, do: "send" });
    return reply.status === 200 ? settled(sheet, reply.answer) : troubled(sheet, reply);
  };

  // Two tabs of one phone take turns; the portal would take the text once in any case.
  const send = (visit) => (navigator.locks ? navigator.locks.request(`portal-sheet-${visit}`, () => once(visit)) : once(visit));

  // Everything of this observer that waits; another person's texts on the same phone wait for that person.
  const sendAll = async (owner) => {
    const waiting = (await all()).filter((sheet) => sheet.owner === owner && (sheet.state === "waiting" || (sheet.arrivedAt && !sheet.arrivalSent)));
    const sent = [];
    for (const sheet of waiting) sent.push(await send(sheet.visit));
    return sent;
  };

  window.portalSheets = { get, patch, photos, addPhoto, dropPhoto, send, sendAll, clock };
})();
