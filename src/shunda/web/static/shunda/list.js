// Lists: walking along the rows with j, k, x and Enter, and on to the rows that are not here yet. What a row's Enter
// opens is its first link, which has the focus while the row is the present one, so screen readers and the Tab key
// agree with it.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  const present = () => document.activeElement && document.activeElement.closest("[data-rows] tbody tr");
  const go = (row) => {
    const target = row.querySelector("a[href]") || row.querySelector("input, button");
    if (!target) return;
    target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  let waiting = null; // the row whose next one is on its way
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(present());
    const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
    if (next) return go(next);
    const more = by > 0 && document.querySelector("[data-more]");
    if (more) {
      waiting = all[at];
      window.htmx.trigger(more, "click");
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const { target } = event.detail; // none where a script put something in
    if (!target || target.id !== "rows") return;
    const box = target.querySelector("input[name=row]");
    if (box) box.dispatchEvent(new Event("change", { bubbles: true })); // the box above them counts anew
    const next = waiting && waiting.nextElementSibling;
    if (next && present() === waiting) go(next);
    waiting = null;
  });

  // what folds out closes when the eye is elsewhere
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.fold[open]").forEach((fold) => {
      if (!fold.contains(event.target)) fold.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    const fold = event.key === "Escape" && event.target.closest && event.target.closest("details.fold[open]");
    if (!fold) return;
    fold.open = false;
    fold.querySelector("summary").focus();
  });

  // columns are put in order with buttons; the order of the boxes is what the form sends
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("li");
    if (button.dataset.move === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
    if (button.dataset.move === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
    button.focus();
  });

  if (!document.querySelector("[data-rows]")) return;
  const { add } = window.shunda.keys;
  add("list.next", "j", () => step(1));
  add("list.previous", "k", () => step(-1));
  add("list.tick", "x", (event) => { // with Shift: every row since the last one
    const row = present();
    const box = row && row.querySelector("input[name=row]");
    if (box) box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
  });
  add("list.open", "Enter", () => false); // the row's link has the focus: the browser opens it
})();
