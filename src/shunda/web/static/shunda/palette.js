// The command palette: / or Ctrl-K opens it, arrows choose, Enter goes there or does it. Without script the search box
// is a form that leads to a page with the same results.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input[type=search]");
  const hits = () => [...dialog.querySelectorAll("[data-hit]")];
  let asked = "", shown = null, hurried = false;
  const take = () => { const chosen = first(); if (chosen) chosen.click(); };
  const first = () => hits().find((hit) => input.value.trim() || !hit.closest("[data-own]")); // nothing typed does nothing here
  const mark = () => hits().forEach((hit) => hit.classList.toggle("is-first", hit === first()));

  // what can be done on this page: its own buttons, found by what is written on them
  const OWN = ".page-header .btn-list, .form-bar .btn-list";
  const written = (button) => (button.getAttribute("aria-label") || button.textContent).trim().replace(/\s+/g, " ");
  const own = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = new Map();
    document.querySelectorAll(OWN).forEach((bar) => bar.querySelectorAll("a.btn, button.btn:not([disabled])").forEach((button) => {
      const label = written(button);
      if (label && button.offsetParent && words.every((word) => label.toLowerCase().includes(word))) found.set(label, button);
    }));
    return found;
  };
  const here = () => {
    const box = document.getElementById("palette-hits"), found = own();
    box.querySelectorAll("[data-own]").forEach((section) => section.remove());
    if (found.size) {
      const section = document.createElement("section"), heading = document.createElement("h2");
      section.className = "hits";
      section.dataset.own = "";
      section.setAttribute("aria-label", dialog.dataset.here);
      heading.className = "subheader px-3 pt-3 mb-1";
      heading.textContent = dialog.dataset.here;
      section.append(heading);
      found.forEach((button, label) => {
        const hit = document.getElementById("palette-here").content.firstElementChild.cloneNode(true);
        hit.querySelector(".hit-text").textContent = label;
        hit.querySelector("button").addEventListener("click", () => { dialog.close(); button.click(); });
        section.append(hit);
      });
      const text = input.value.trim().toLowerCase(), leads = [...found.keys()].some((label) => label.toLowerCase().startsWith(text));
      if (leads) box.prepend(section); // else what is searched for comes first
      else box.append(section);
      const empty = box.querySelector(".empty");
      if (empty) empty.remove();
    }
    mark();
  };

  const open = (text = "") => {
    if (dialog.open) { dialog.close(); return; }
    if (document.querySelector("dialog[open]")) return;
    if (text) input.value = text;
    dialog.showModal();
    input.focus();
    input.select();
    window.htmx.trigger(input, "palette-open");
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest && event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("htmx:beforeRequest", () => { asked = input.value; });
  dialog.addEventListener("htmx:afterSwap", () => {
    shown = asked;
    here();
    if (hurried && shown === input.value) { hurried = false; take(); }
  });
  input.addEventListener("input", () => { hurried = false; here(); });

  const step = (by) => {
    const all = hits();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    // from the text, down is the second: the first is what Enter takes already
    const next = at < 0 ? (by > 0 ? Math.min(1, all.length - 1) : all.length - 1) : at + by;
    if (next < 0) input.focus();
    else all[Math.min(next, all.length - 1)].focus();
  };
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter and arrows belong to the input method
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      if (input.value === shown) take();
      else hurried = true; // what is shown answers an earlier text: the first of the next answer is taken
    } else if (event.key.length === 1 && event.target !== input && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== " ") {
      input.focus(); // going on typing changes the text
    }
  });
  const keys = window.shunda && window.shunda.keys;
  if (keys) {
    keys.add("search", "/", () => open());
    keys.add("palette", "ctrl+k", () => open(), { typing: true });
  }
  window.shunda = Object.assign(window.shunda || {}, { palette: { open } });
})();
