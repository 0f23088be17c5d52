// The lines. What is typed lives in `rows`; the page shows them, a part at a time, so that a thousand stay quick.
// Whoever makes a sheet is told: changed() whenever something was typed, typed(row) when it is a quantity or a price,
// forget(row) when it is another article, price(rows) when figures are to be asked for, paste(text, row) when a
// spreadsheet was pasted, done() when Enter is pressed in an empty last line.
(() => {
  "use strict";
  const { lookup, say } = window.shunda.entry;
  const FIRST = 40, STEP = 60, PAUSE = 30;
  const CELLS = ["no", "name", "unit", "amount", "available", "earliest", "why", "extra", "faults"], FIELDS = ["sku", "quantity", "unit_price"];
  const DETAILS = ["unit", "discount_rate", "parameters", "note"];
  const later = (run) => setTimeout(run, 8); // not when idle: a busy page is never idle, and what is not drawn cannot be gone to
  const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

  const make = (root, { units, articles, changed, price, typed, forget, paste, done }) => {
    const box = root.querySelector("[data-rows]");
    const rows = [];
    const of = new WeakMap();
    const part = (row, name) => row.cells[name]; // looked up once, when the row is drawn
    const field = (row, name) => row.fields[name] || row.el.querySelector(`[data-field="${name}"]`);
    const rowOf = (node) => of.get(node.closest("[data-line]"));
    const isBlank = (row) => !["sku", "quantity", "unit_price", "discount_rate", "parameters", "note"].some((name) => (row.typed[name] || "").trim());

    // --- drawing --------------------------------------------------------------------------------------------------
    const draw = (row) => {
      row.el = document.createElement("div");
      row.el.className = "sheet-line";
      row.el.dataset.line = "";
      row.el.setAttribute("role", "row");
      row.el.append(clone("sheet-row"));
      of.set(row.el, row);
      row.cells = Object.fromEntries(CELLS.map((name) => [name, row.el.querySelector(`[data-${name}]`)]));
      row.fields = Object.fromEntries(FIELDS.map((name) => [name, row.el.querySelector(`[data-field="${name}"]`)]));
      for (const name of FIELDS) field(row, name).value = row.typed[name] || "";
      number(row, rows.indexOf(row));
      show(row);
    };
    const number = (row, index) => {
      if (!row.el || row.index === index) return;
      row.index = index;
      part(row, "no").textContent = String(index + 1);
      row.el.querySelectorAll("[data-label]").forEach((control) => control.setAttribute("aria-label", `${control.dataset.label} ${index + 1}`));
      row.el.querySelectorAll("[data-field]").forEach((control) => { control.name = `lines-${index}-${control.dataset.field}`; });
    };
    // rows are drawn in order, so the ones not drawn yet are always the last
    const drawn = () => box.childElementCount;
    const drawTo = (count) => {
      const part = document.createDocumentFragment();
      for (let i = drawn(); i < Math.min(count, rows.length); i++) { draw(rows[i]); part.append(rows[i].el); }
      box.append(part);
    };
    let drawing = false; // the rest is drawn a little at a time, so that nobody waits for it
    const drawRest = () => {
      if (drawing) return;
      drawing = true;
      later(() => {
        drawing = false;
        drawTo(drawn() + STEP);
        if (drawn() < rows.length) drawRest();
      });
    };
    const renumber = () => rows.forEach(number);

    const show = (row) => {
      if (!row.el) return;
      const found = row.result || {};
      const asPrice = field(row, "unit_price");
      part(row, "name").textContent = [found.name, found.note].filter(Boolean).join(" · ");
      part(row, "unit").textContent = found.unit || "";
      asPrice.placeholder = row.typed.unit_price ? "" : found.price || "";
      part(row, "amount").textContent = row.amount;
      part(row, "available").textContent = found.made ? say("made") : found.available || "";
      part(row, "available").classList.toggle("text-red", Boolean(found.short));
      const when = part(row, "earliest");
      const waits = found.short || found.made;
      when.textContent = waits ? (found.earliest ? say("from", { day: found.earliest }) : say("noDate")) : "";
      when.className = `small ${waits && !found.earliest ? "text-red" : "text-secondary"}`;
      part(row, "why").hidden = !found.source;
      part(row, "extra").textContent = [row.typed.discount_rate && `−${row.typed.discount_rate}%`, row.typed.parameters, row.typed.note].filter(Boolean).join(" · ");
      faults(row, found);
      if (row.why) fillWhy(row);
    };
    const amount = (row, text) => {
      row.amount = text;
      if (row.el) part(row, "amount").textContent = text;
    };
    const errorsOf = ({ result, refused }) => [...((result && result.errors) || []), ...(refused || []), ...Object.values((result && result.fields) || {}).flat()];
    const faults = (row, found) => {
      const said = part(row, "faults");
      if (said.firstChild) said.replaceChildren();
      const tell = (text, tone) => {
        const line = document.createElement("div");
        line.className = tone;
        line.textContent = text;
        said.append(line);
      };
      const fields = found.fields || {};
      const errors = errorsOf(row);
      errors.forEach((text) => tell(text, "text-red"));
      (found.warnings || []).forEach((warning) => tell(warning.message, warning.level === "block" ? "text-red" : "text-orange"));
      row.el.classList.toggle("is-faulty", errors.length > 0);
      for (const name of FIELDS) {
        const wrong = Boolean(fields[name]) || (name === "sku" && found.unknown);
        field(row, name).classList.toggle("is-invalid", Boolean(wrong));
        field(row, name).setAttribute("aria-invalid", String(Boolean(wrong)));
      }
      if (found.like && found.like.length) said.append(...suggest(row, found.like));
    };
    const suggest = (row, like) => {
      const words = document.createElement("span");
      words.textContent = `${say("like")} `;
      return [words, ...like.map((one) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-sm me-1 mt-1";
        button.dataset.like = one.value;
        button.textContent = one.value;
        button.title = one.label;
        return button;
      })];
    };
    const fillWhy = (row) => {
      row.why.querySelector("ul").replaceChildren(...(row.result && row.result.reasons || []).map((text) => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
      }));
    };
    const fold = (row, name, button) => {
      if (row[name]) { row[name].remove(); row[name] = null; button.setAttribute("aria-expanded", "false"); return; }
      row[name] = clone(name === "why" ? "sheet-why" : "sheet-details");
      row.el.append(row[name]);
      button.setAttribute("aria-expanded", "true");
      if (name === "why") {
        if (row.result.reasons) fillWhy(row);
        else price([row]); // of many lines only the prices were asked
        return;
      }
      const select = field(row, "unit");
      select.append(...units.map(([value, label]) => new Option(value ? label : say("unit"), value)));
      DETAILS.forEach((one) => { field(row, one).value = row.typed[one] || ""; });
      row.index = -1;
      number(row, rows.indexOf(row));
      select.focus();
    };

    // --- changing -------------------------------------------------------------------------------------------------
    const add = (values = {}) => {
      const row = { typed: { ...values }, result: null, figures: null, amount: "", el: null, index: -1 };
      rows.push(row);
      return row;
    };
    const addDrawn = () => { const row = add(); drawTo(rows.length); return row; };
    const remove = (row) => {
      const index = rows.indexOf(row);
      rows.splice(index, 1);
      if (row.el) row.el.remove();
      if (!rows.length) addDrawn();
      renumber();
      drawTo(Math.min(index + 1, rows.length));
      focus(rows[Math.min(index, rows.length - 1)]);
      changed();
      price([]);
    };
    const focus = (row, name = "sku") => {
      const ahead = rows.indexOf(row) + 1 - drawn();
      if (ahead > STEP) { reach(row, name); return; }
      if (ahead > 0) drawTo(drawn() + ahead);
      const input = field(row, name);
      input.focus();
      if (input.select) input.select();
    };
    // a row far beyond those drawn is gone to as soon as it is there, unless somebody went elsewhere meanwhile
    const reach = (row, name) => {
      const from = document.activeElement;
      drawRest();
      const look = () => {
        if (document.activeElement !== from || !rows.includes(row)) return;
        if (row.el) focus(row, name); else later(look);
      };
      later(look);
    };
    const next = (row, name = "sku") => focus(rows[rows.indexOf(row) + 1] || addDrawn(), name);
    // lines without anything in them go before saving, so that what is told about "line 3" is told of the third
    const compact = () => {
      for (let i = rows.length - 1; i >= 0; i--) {
        if (isBlank(rows[i]) && rows.slice(i + 1).some((row) => !isBlank(row))) {
          if (rows[i].el) rows[i].el.remove();
          rows.splice(i, 1);
        }
      }
      renumber();
    };
    const fill = (lines, blank = 1) => {
      rows.length = 0;
      box.replaceChildren();
      lines.forEach(add);
      for (let i = 0; i < blank; i++) add();
      drawTo(FIRST);
      drawRest();
    };
    // pasted lines come after all that count; blank ones at the end make room
    const append = (lines) => {
      while (rows.length && isBlank(rows[rows.length - 1])) {
        const row = rows.pop();
        if (row.el) row.el.remove();
      }
      const made = lines.map(add);
      drawTo(Math.max(drawn(), Math.min(rows.length, FIRST)));
      drawRest();
      return made;
    };
    const trailing = () => { let n = rows.length; while (n && isBlank(rows[n - 1])) n--; return n; };

    // --- what people do -------------------------------------------------------------------------------------------
    let timer = 0;
    const waiting = new Set();
    const soon = (row) => {
      waiting.add(row);
      clearTimeout(timer);
      timer = setTimeout(now, PAUSE);
    };
    const now = () => {
      clearTimeout(timer);
      if (waiting.size) price([...waiting]);
      waiting.clear();
    };
    const choose = (row, item, go) => {
      if (item) {
        row.typed.sku = item.value;
        row.result = { ...(row.result || {}), name: item.label, note: item.note, errors: [], like: [] };
        if (!row.typed.quantity) { row.typed.quantity = "1"; field(row, "quantity").value = "1"; }
        show(row);
      }
      changed();
      waiting.add(row);
      now();
      if (go) focus(row, "quantity");
    };
    root.addEventListener("focusin", (event) => {
      const input = event.target;
      if (input.dataset.field === "sku" && !input.dataset.ready) {
        input.dataset.ready = "1";
        lookup(input, articles, (item, go) => { const row = rowOf(input); if (row) choose(row, item, go); });
      }
    });
    root.addEventListener("input", (event) => {
      const name = event.target.dataset.field;
      if (!name) return;
      const row = rowOf(event.target);
      row.typed[name] = event.target.value;
      row.refused = null;
      if (name === "sku") forget(row);
      if (name === "unit_price" && !event.target.value && row.result) event.target.placeholder = "";
      if (["quantity", "unit_price"].includes(name)) typed(row);
      changed();
      if (["quantity", "unit_price", "unit", "discount_rate"].includes(name)) soon(row);
      if (["discount_rate", "parameters", "note"].includes(name)) show(row);
    });
    root.addEventListener("change", (event) => {
      const name = event.target.dataset.field;
      if (!name || name === "sku") return; // the lookup tells about the article
      waiting.add(rowOf(event.target));
      now();
    });
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const row = button && rowOf(button);
      if (!row) return;
      if ("remove" in button.dataset) remove(row);
      else if ("open" in button.dataset) fold(row, "details", button);
      else if ("why" in button.dataset) fold(row, "why", button);
      else if (button.dataset.like) { field(row, "sku").value = button.dataset.like; choose(row, { value: button.dataset.like, label: button.title, note: "" }, true); }
    });
    root.addEventListener("keydown", (event) => {
      const name = event.target.dataset && event.target.dataset.field;
      if (!name || event.isComposing || event.altKey) return;
      const row = rowOf(event.target), index = rows.indexOf(row);
      const to = { ArrowUp: rows[index - 1], ArrowDown: rows[index + 1] }[event.key];
      if (event.key === "Enter") {
        if (event.ctrlKey || event.metaKey) return;
        if (name === "sku" && isBlank(row)) done();
        else if (name === "sku") focus(row, "quantity");
        else next(row);
      } else if (to && name !== "unit" && !DETAILS.includes(name)) focus(to, name);
      else if (event.key === "Delete" && (event.ctrlKey || event.metaKey)) remove(row);
      else return;
      event.preventDefault();
    });
    root.addEventListener("paste", (event) => {
      const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
      if (!event.target.dataset.field || !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      paste(text, rowOf(event.target));
    });

    return {
      rows, show, amount, fill, append, compact, trailing, isBlank, focus, add, addDrawn, now,
      typed: () => rows.slice(0, trailing()).map((row) => row.typed),
      faulty: () => rows.filter((row) => errorsOf(row).length),
    };
  };

  Object.assign(window.shunda.entry, { sheet: make });
})();
