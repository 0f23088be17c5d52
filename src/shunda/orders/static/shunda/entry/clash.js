// Somebody else changed the draft meanwhile: both sides, field by field and line by line. Where only one side changed
// something since the typing began, that side is chosen beforehand.
(() => {
  "use strict";
  const { say } = window.shunda.entry;
  const EMPTY = "–";

  const keyed = (lines) => {
    const seen = new Map(), found = new Map();
    lines.forEach((line) => {
      const sku = (line.sku || "").trim().toUpperCase();
      seen.set(sku, (seen.get(sku) || 0) + 1);
      found.set(`${sku}#${seen.get(sku)}`, line);
    });
    return found;
  };
  const text = (line) => (line ? [line.sku, line.quantity && `× ${line.quantity}`, line.unit_price && `@ ${line.unit_price}`, line.discount_rate && `−${line.discount_rate}%`, line.parameters, line.note].filter(Boolean).join(" ") : EMPTY);

  // [{name, label, mine, theirs, base}] of what differs; `of` turns a stored value into what people read
  const differences = (mine, theirs, base, { label, shown }) => {
    const found = [];
    Object.keys(theirs.head).forEach((name) => {
      const [a, b] = [mine.head[name] || "", theirs.head[name] || ""];
      if (a !== b) found.push({ kind: "head", name, label: label(name), mine: shown(name, a) || EMPTY, theirs: shown(name, b) || EMPTY, base: base ? shown(name, base.head[name] || "") || EMPTY : null });
    });
    const [a, b, c] = [keyed(mine.lines), keyed(theirs.lines), base ? keyed(base.lines) : null];
    [...new Set([...a.keys(), ...b.keys()])].forEach((name) => {
      if (text(a.get(name)) !== text(b.get(name))) found.push({ kind: "line", name, label: say("articleLine", { sku: name.split("#")[0] }), mine: text(a.get(name)), theirs: text(b.get(name)), base: c ? text(c.get(name)) : null });
    });
    return found;
  };
  const merged = (mine, theirs, chosen) => {
    const head = { ...mine.head }, a = keyed(mine.lines), b = keyed(theirs.lines), lines = [];
    [...new Set([...a.keys(), ...b.keys()])].forEach((name) => {
      const line = (chosen.get(`line ${name}`) === "theirs" ? b : a).get(name); // a line both sides have alike is in both
      if (line) lines.push(line);
    });
    Object.keys(theirs.head).forEach((name) => { if (chosen.get(`head ${name}`) === "theirs") head[name] = theirs.head[name]; });
    return { head, lines };
  };

  // resolves to the content to go on with, or null when the person goes on typing
  const settle = ({ mine, theirs, base, label, shown }) => {
    const dialog = document.getElementById("entry-clash");
    const found = differences(mine, theirs, base, { label, shown });
    const body = dialog.querySelector("tbody");
    body.replaceChildren(...found.map((one, i) => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = one.label;
      const pre = one.base !== null && one.mine === one.base ? "theirs" : "mine";
      const side = (which) => {
        const cell = document.createElement("td"), tick = document.createElement("label"), box = document.createElement("input"), words = document.createElement("span");
        tick.className = "form-check mb-0";
        Object.assign(box, { type: "radio", className: "form-check-input", name: `clash-${i}`, value: which, checked: which === pre });
        words.className = "form-check-label";
        words.textContent = one[which];
        tick.append(box, words);
        cell.append(tick);
        return cell;
      };
      row.append(name, side("mine"), side("theirs"));
      return row;
    }));
    dialog.querySelector("[data-who]").textContent = say("who", { by: theirs.by, at: theirs.at });
    dialog.querySelectorAll("[data-all]").forEach((button) => {
      button.onclick = () => body.querySelectorAll(`input[value=${button.dataset.all}]`).forEach((box) => { box.checked = true; });
    });
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => {
        if (dialog.returnValue !== "take") { answer(null); return; }
        const chosen = new Map(found.map((one, i) => [`${one.kind} ${one.name}`, body.querySelector(`input[name=clash-${i}]:checked`).value]));
        answer(merged(mine, theirs, chosen));
      }, { once: true });
    });
  };

  Object.assign(window.shunda.entry, { settle });
})();
