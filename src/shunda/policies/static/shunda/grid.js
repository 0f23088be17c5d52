// The rows of a decision table while they are edited: moved by buttons instead of numbers, conditions brought in when they
// are wanted, names ticked instead of typed. Without it the same form works by place numbers and typing.
(() => {
  "use strict";
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const head = grid.querySelector("thead tr"), body = grid.querySelector("tbody");
  const pattern = grid.querySelector("template").content.firstElementChild;
  const lines = () => [head, ...body.rows, pattern];
  const cell = (row, name) => row.querySelector(`:scope > [data-column="${CSS.escape(name)}"]`);
  const typed = (row) => [...row.querySelectorAll("td:not([data-column=place], [data-column=DELETE]) :is(textarea, select, input)")];
  const tools = (row) => { const part = row.querySelector("[data-grid-tools]"); if (part) part.hidden = false; };

  // --- rows: their numbers and places follow from where they stand --------------------------------------------------
  const number = () => [...body.rows].forEach((row, index) => {
    row.querySelectorAll("[data-line-number], [data-row-number]").forEach((part) => { part.textContent = String(index + 1); });
    cell(row, "place").querySelector("input").value = typed(row).some((field) => field.value) ? String((index + 1) * 10) : "";
  });
  new MutationObserver(number).observe(body, { childList: true });
  grid.closest("form").addEventListener("submit", number);
  const added = () => { grid.querySelector("[data-lines-more]").click(); return body.lastElementChild; };
  const enter = (row) => { const first = typed(row).find((field) => field.offsetParent); if (first) first.focus(); };

  grid.addEventListener("click", (event) => {
    const button = event.target.closest("[data-grid-move], [data-grid-copy]");
    if (!button) {
      if (event.target.closest("[data-lines-more]")) setTimeout(() => { if (!body.contains(document.activeElement)) enter(body.lastElementChild); });
      return;
    }
    const row = button.closest("tr");
    if (button.dataset.gridMove === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
    if (button.dataset.gridMove === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
    if (button.dataset.gridCopy === undefined) { button.focus(); return; }
    const twin = added();
    row.after(twin);
    const from = typed(row), to = typed(twin);
    from.forEach((field, index) => { to[index].value = field.value; });
    setTimeout(() => enter(twin));
  });

  grid.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("textarea")) return;
    if (event.key === "Enter") { // down the column; a cell is one line
      event.preventDefault();
      const row = field.closest("tr"), name = field.closest("td").dataset.column;
      const next = row.nextElementSibling || added();
      setTimeout(() => cell(next, name).querySelector("textarea").focus());
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      field.closest("tr").querySelector(`[data-grid-move=${event.key === "ArrowUp" ? "up" : "down"}]`).click();
      field.focus();
    } else if (event.key === "Escape") close();
  });

  // --- columns: what no row asks for is brought in when it is wanted ------------------------------------------------
  const chooser = grid.querySelector("[data-grid-conditions]"), choices = chooser.querySelector("select");
  head.querySelectorAll("[data-spare]").forEach((title) => {
    const name = title.dataset.column;
    const used = [...body.rows].some((row) => {
      const place = cell(row, name);
      return place.querySelector("textarea, select").value || place.querySelector(".invalid-feedback");
    });
    if (used) return;
    lines().forEach((row) => { cell(row, name).hidden = true; });
    choices.add(new Option(title.textContent, name));
  });
  chooser.hidden = choices.options.length < 2;
  choices.addEventListener("change", () => {
    const name = choices.value, first = head.querySelector("[data-outcome]").dataset.column;
    if (!name) return;
    lines().forEach((row) => { const one = cell(row, name); one.hidden = false; cell(row, first).before(one); });
    choices.selectedOptions[0].remove();
    choices.value = "";
    chooser.hidden = choices.options.length < 2;
    cell(body.rows[0] || added(), name).querySelector("textarea, select").focus();
  });

  // --- cells: names to tick ----------------------------------------------------------------------------------------
  const NOT = /^\s*(?:not\s+|!\s*|非|除)/i;
  let panel = null;
  const close = () => { if (panel) panel.remove(); panel = null; };
  const place = (field) => {
    const box = field.getBoundingClientRect();
    panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - panel.offsetWidth - 8))}px`;
    panel.style.top = `${box.bottom + panel.offsetHeight + 8 < innerHeight ? box.bottom + 4 : Math.max(8, box.top - panel.offsetHeight - 4)}px`;
  };
  const said = (field) => ({ none: NOT.test(field.value), names: field.value.replace(NOT, "").split(/[,，、;；]+/).map((one) => one.trim()).filter(Boolean) });
  const offer = (field) => {
    close();
    if (!HTMLElement.prototype.showPopover) return;
    panel = document.createElement("div");
    panel.className = "cell-names";
    panel.popover = "manual";
    const now = said(field), same = (a, b) => a.toLowerCase() === b.toLowerCase();
    const tick = (text, on, css) => {
      const label = document.createElement("label"), box = document.createElement("input"), words = document.createElement("span");
      label.className = `form-check mb-0 ${css}`;
      box.type = "checkbox"; box.className = "form-check-input"; box.checked = on; box.value = text;
      words.className = "form-check-label"; words.textContent = text;
      label.append(box, words);
      panel.append(label);
      return box;
    };
    const offered = JSON.parse(field.dataset.names);
    const boxes = offered.map((name) => tick(name, now.names.some((one) => same(one, name)), ""));
    const none = tick(grid.dataset.noneOf, now.none, "cell-none");
    panel.addEventListener("change", () => {
      const others = said(field).names.filter((one) => !offered.some((name) => same(one, name)));
      const names = [...boxes.filter((box) => box.checked).map((box) => box.value), ...others];
      field.value = (none.checked && names.length ? grid.dataset.not : "") + names.join(", ");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      place(field);
    });
    field.after(panel);
    panel.showPopover();
    place(field);
  };
  grid.addEventListener("focusin", (event) => {
    if (panel && panel.parentElement.contains(event.target)) return;
    if (event.target.matches("[data-names]")) offer(event.target); else close();
  });
  document.addEventListener("pointerdown", (event) => { if (panel && !panel.parentElement.contains(event.target)) close(); });
  addEventListener("scroll", () => { if (panel) place(panel.parentElement.querySelector("textarea")); }, true);

  lines().forEach((row) => { cell(row, "place").hidden = true; tools(row); });
  number();
})();
