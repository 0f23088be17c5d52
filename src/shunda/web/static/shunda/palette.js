// The command palette: / or Ctrl-K opens it, arrows choose, Enter goes there or does it. Without script the search box
// is a form that leads to a page with the same results.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input[type=search]");
  const hits = () => [...dialog.querySelectorAll("[data-hit]")];
  const mark = () => hits().forEach((hit, i) => hit.classList.toggle("is-first", i === 0));

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
  dialog.addEventListener("htmx:afterSwap", mark);

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
      const first = hits()[0];
      if (first) first.click();
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
