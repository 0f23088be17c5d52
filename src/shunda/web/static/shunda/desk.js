// The review desk by keyboard: a approves the present row (or all ticked ones), s opens its remark, Ctrl-Enter sends it
// back. Deciding in place takes the row away and goes on to the next.
(() => {
  "use strict";
  const form = document.querySelector("[data-desk]");
  if (!form) return;
  const present = () => {
    const row = document.activeElement && document.activeElement.closest("[data-desk] tbody tr");
    return row || form.querySelector("tbody tr");
  };
  const ticked = () => form.querySelectorAll("input[name=row]:checked").length;
  const go = (row) => {
    const link = row && row.querySelector("a[href]");
    if (link) { link.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }
  };

  let decided = null, next = null;
  form.addEventListener("htmx:beforeRequest", (event) => {
    decided = event.target.closest("tr");
    next = decided && (decided.nextElementSibling || decided.previousElementSibling);
  });
  document.addEventListener("htmx:afterRequest", () => setTimeout(() => {
    if (!decided || form.contains(decided)) return; // the answer put another row, or none, in its place
    decided = null;
    const rows = form.querySelectorAll("tbody tr");
    if (!rows.length) { window.location.reload(); return; } // the next page of them, or that nothing is left
    const again = document.activeElement === document.body || !document.contains(document.activeElement);
    if (again) go(next && form.contains(next) ? next : rows[0]);
  }, 0));
  form.addEventListener("keydown", (event) => {
    const box = event.target.closest("textarea");
    if (box && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      box.closest("tr").querySelector("[data-send-back]").click();
    } else if (event.key === "Escape" && event.target.closest("details[open]")) {
      const fold = event.target.closest("details");
      fold.open = false;
      go(fold.closest("tr"));
    }
  });

  const { add } = window.shunda.keys;
  add("desk.approve", "a", () => {
    const button = ticked() ? form.querySelector("[data-all-approve]") : present() && present().querySelector("[data-approve]");
    if (button) button.click();
  });
  add("desk.back", "s", () => {
    const row = present();
    if (ticked()) { document.getElementById("desk-remark").focus(); return; }
    if (!row) return;
    row.querySelector("details").open = true;
    row.querySelector("textarea").focus();
  });
})();
