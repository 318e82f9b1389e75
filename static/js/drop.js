// Files may be dragged onto [data-portal-drop]; the chosen ones are listed. Without it the plain field works.
(() => {
  "use strict";
  const size = (bytes) => {
    if (bytes < 1024) return `${bytes}\u00a0Б`;
    if (bytes < 1048576) return `${Math.round(bytes / 1024)}\u00a0КБ`;
    return `${(bytes / 1048576).toFixed(1).replace(".", ",")}\u00a0МБ`;
  };
  const field = (drop) => drop.querySelector("input[type=file]");
  const show = (drop) => {
    const list = drop.querySelector("[data-portal-drop-list]");
    list.replaceChildren(...[...field(drop).files].map((file) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = `${file.name}, ${size(file.size)}`;
      row.append(name);
      return row;
    }));
    list.hidden = list.children.length === 0;
  };
  const over = (event) => event.target.closest?.("[data-portal-drop]");

  document.addEventListener("change", (event) => {
    const drop = over(event);
    if (drop && event.target === field(drop)) show(drop);
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      const drop = over(event);
      if (!drop || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    const drop = over(event);
    if (drop && !drop.contains(event.relatedTarget)) drop.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    const drop = over(event);
    if (!drop || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    const taken = new DataTransfer();
    const all = field(drop).multiple ? [...event.dataTransfer.files] : [event.dataTransfer.files[0]];
    for (const file of all) taken.items.add(file);
    field(drop).files = taken.files;
    field(drop).dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
