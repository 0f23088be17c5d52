// Lists: walking along the rows with j, k, x and Enter. What a row's Enter opens is its first link, which has the
// focus while the row is the present one, so screen readers and the Tab key agree with it.
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
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(present());
    const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
    if (next) go(next);
  };
  if (!document.querySelector("[data-rows]")) return;
  const { add } = window.shunda.keys;
  add("list.next", "j", () => step(1));
  add("list.previous", "k", () => step(-1));
  add("list.tick", "x", () => {
    const row = present();
    const box = row && row.querySelector("input[name=row]");
    if (box) box.click();
  });
  add("list.open", "Enter", () => false); // the row's link has the focus: the browser opens it
})();
