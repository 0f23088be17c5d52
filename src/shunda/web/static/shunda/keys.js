// Keys: one register for all pages, so that no two features fight over a key and `?` can show what there is.
//
//   shunda.keys.add("list.next", "j", (event) => ...)          a letter: not while somebody types
//   shunda.keys.add("palette", "ctrl+k", run, { typing: true }) a combination that also works in a field (⌘ on a Mac)
//
// `run` answers false when the key was not for it: then the browser does what it always does. The first argument is
// the row of the help (web/keys.html, data-key) that becomes visible with it.
(() => {
  "use strict";
  const known = new Map();
  const pressed = (event) => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    return (event.ctrlKey || event.metaKey ? "ctrl+" : "") + (event.altKey ? "alt+" : "") + name;
  };
  const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";
  const isTyping = (element) => Boolean(element.closest && element.closest(FIELDS));

  const add = (name, keys, run, { typing = false } = {}) => {
    const there = known.get(keys);
    if (there && there.name !== name) throw new Error(`${keys} is taken by ${there.name}`);
    known.set(keys, { name, run, typing });
    document.querySelectorAll(`[data-key="${name}"]`).forEach((row) => { row.hidden = false; });
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const found = known.get(pressed(event));
    if (!found || (!found.typing && isTyping(event.target))) return;
    const dialog = document.querySelector("dialog[open]");
    if (dialog && !found.typing && found.name !== "help") return; // an open dialog has the keyboard to itself
    if (found.run(event) !== false) event.preventDefault();
  });

  add("help", "?", () => {
    const help = document.getElementById("keys");
    if (!help) return false;
    if (help.open) help.close();
    else help.showModal();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("[data-show-keys]")) return;
    event.preventDefault();
    document.getElementById("keys").showModal();
  });

  window.shunda = Object.assign(window.shunda || {}, { keys: { add } });
})();
