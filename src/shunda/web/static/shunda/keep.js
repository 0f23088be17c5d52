// Nothing typed is lost when a session ends in the middle: what a form sent is kept in this tab until the person is
// signed in again, and stands in its fields when the page comes back. Passwords and files are never kept.
(() => {
  "use strict";
  const KEY = "shunda.typed";
  const SIGNING_IN = /^\/accounts\/(login|logout|2fa|reauthenticate)/.test(location.pathname);
  const NOT_KEPT = ["csrfmiddlewaretoken", "once", "version", "next", "row"];
  if (SIGNING_IN && window.caches) caches.delete("shunda-floor"); // pages of the warehouse kept for a lost connection
  const read = () => { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } };
  const forget = () => sessionStorage.removeItem(KEY);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (SIGNING_IN || form.method !== "post" || form.matches("[data-bulk]") || form.querySelector("input[type=password]")) return;
    const fields = [...form.elements].filter((field) =>
      field.name && !NOT_KEPT.includes(field.name) && !["file", "hidden", "submit", "button"].includes(field.type));
    const kept = fields.map((field) => [field.name, field.type, field.value, field.checked === true]);
    try { if (kept.length) sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, kept, at: Date.now() })); } catch { /* full: nothing is kept */ }
  });

  const typed = read();
  if (!typed || SIGNING_IN) return;
  const back = /\/accounts\/(login|2fa|reauthenticate)/.test(document.referrer);
  forget();
  if (!back || typed.path !== location.pathname || Date.now() - typed.at > 3600000) return;
  const form = [...document.querySelectorAll("form")].find((one) => typed.kept.every(([name]) => one.elements[name]));
  if (!form) return;
  for (const [name, type, value, checked] of typed.kept) {
    const fields = form.elements[name];
    for (const field of fields instanceof RadioNodeList ? [...fields] : [fields]) {
      if (type === "checkbox" || type === "radio") { if (field.value === value) field.checked = checked; }
      else field.value = value;
    }
  }
  form.scrollIntoView({ block: "center" });
  const note = document.createElement("div");
  note.className = "alert alert-info";
  note.setAttribute("role", "status");
  note.textContent = document.body.dataset.textRestored || "";
  form.prepend(note);
})();
