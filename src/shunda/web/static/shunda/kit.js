// The page kit in the browser. Every page works without it; with it, it is quicker. No page has a script of its own
// for what is here: attributes say what is wanted (data-confirm, data-modal, data-lines, data-pick, data-bulk ...).
(() => {
  "use strict";
  const text = (name) => document.body.dataset[`text${name}`] || "";
  const on = (type, selector, run) =>
    document.addEventListener(type, (event) => {
      const target = event.target.closest && event.target.closest(selector);
      if (target) run(event, target);
    });

  // --- messages -------------------------------------------------------------------------------------------------
  const passing = (root) =>
    root.querySelectorAll("[data-passing]").forEach((toast) => {
      delete toast.dataset.passing;
      setTimeout(() => toast.remove(), 6000);
    });
  const say = (sentence) => {
    const toast = document.createElement("div");
    toast.className = "toast show";
    toast.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.className = "toast-body d-flex gap-2";
    const words = document.createElement("div");
    words.className = "flex-fill";
    words.textContent = sentence;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.dataset.bsDismiss = "toast";
    close.setAttribute("aria-label", text("Close"));
    body.append(words, close);
    toast.append(body);
    document.getElementById("toasts").append(toast);
  };
  window.shunda = Object.assign(window.shunda || {}, { say });

  // --- htmx: the token, and what happens when a part of a page does not come --------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
  const fail = (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    const panel = event.detail.elt.closest("[data-panel]");
    if (panel) failPanel(panel, status, event.detail.xhr);
    else say(status === 401 ? text("SignedOut") : text("Failed"));
  };
  const failPanel = (panel, status, xhr) => {
    const box = panel.querySelector("[data-panel-body]") || panel;
    box.replaceChildren();
    if (xhr && [403, 404, 409].includes(status)) box.innerHTML = xhr.responseText;
    else {
      const words = document.createElement("p");
      words.className = "text-secondary mb-2";
      words.textContent = status === 401 ? text("SignedOut") : text("Failed");
      const again = document.createElement("button");
      again.type = "button";
      again.className = "btn btn-sm";
      again.textContent = text("Retry");
      again.addEventListener("click", () => window.htmx.trigger(box, "retry"));
      box.append(words, again);
    }
  };
  document.addEventListener("htmx:responseError", fail);
  document.addEventListener("htmx:sendError", fail);
  document.addEventListener("htmx:timeout", fail);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) event.detail.shouldSwap = true; // a form with its errors
    if (event.detail.xhr.status === 422) event.detail.isError = false;
  });
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));

  // --- questions before dangerous buttons -------------------------------------------------------------------------
  const ask = (sentence) =>
    new Promise((answer) => {
      const dialog = document.getElementById("ask");
      document.getElementById("ask-text").textContent = sentence;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const sentence = (button && button.dataset.confirm) || event.target.dataset.confirm;
    if (sentence && event.target.dataset.confirmed !== "1") {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(sentence).then((yes) => {
        if (!yes) return;
        event.target.dataset.confirmed = "1";
        event.target.requestSubmit(button || undefined);
      });
      return;
    }
    delete event.target.dataset.confirmed;
    // a second press while the first is on its way would be harmless (see once), but it looks broken
    if (event.target.method === "post" && button && !event.defaultPrevented && !("download" in event.target.dataset)) {
      setTimeout(() => { if (!event.defaultPrevented) { button.disabled = true; button.classList.add("btn-loading"); } }, 0);
      window.addEventListener("pageshow", () => { button.disabled = false; button.classList.remove("btn-loading"); }, { once: true });
    }
  }, true);

  // --- forms in a dialog: a link with data-modal opens its page there; without script it is just a link ------------
  on("click", "a[data-modal]", (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const dialog = document.getElementById("modal");
    window.htmx.ajax("GET", link.href, { target: dialog, swap: "innerHTML" }).then(() => {
      const form = dialog.querySelector("form");
      if (form && !form.getAttribute("action")) form.action = link.href;
      if (dialog.childElementCount) dialog.showModal();
    });
  });
  on("click", "dialog [data-close]", (event, link) => {
    event.preventDefault();
    link.closest("dialog").close();
  });
  on("click", "[data-back]", (event) => {
    if (history.length > 1) { event.preventDefault(); history.back(); }
  });
  on("click", "[data-print]", () => window.print());
  on("click", "[data-copy]", (_event, button) => navigator.clipboard.writeText(button.dataset.copy));

  // --- ticking rows -----------------------------------------------------------------------------------------------
  const count = (form) => {
    const rows = [...form.querySelectorAll("input[name=row]")];
    const ticked = rows.filter((box) => box.checked).length;
    const all = form.querySelector("[data-tick-all]");
    if (all) { all.checked = ticked > 0 && ticked === rows.length; all.indeterminate = ticked > 0 && ticked < rows.length; }
    const bar = form.querySelector("[data-bulk-bar]");
    if (bar) {
      bar.hidden = ticked === 0;
      const number = bar.querySelector("[data-ticked]");
      if (number) number.textContent = ticked;
    }
  };
  let last = null; // where a range begins that Shift ends
  on("click", "[data-bulk] input[name=row]", (event, box) => {
    const boxes = [...box.closest("[data-bulk]").querySelectorAll("input[name=row]")];
    const ends = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && ends[0] >= 0) boxes.slice(ends[0], ends[1] + 1).forEach((each) => { each.checked = box.checked; });
    last = box;
  });
  on("change", "[data-bulk] input[name=row]", (_event, box) => count(box.closest("[data-bulk]")));
  on("change", "[data-tick-all]", (_event, all) => {
    const form = all.closest("[data-bulk]");
    form.querySelectorAll("input[name=row]").forEach((box) => { box.checked = all.checked; });
    count(form);
  });

  // --- lines of a document ----------------------------------------------------------------------------------------
  const addLine = (lines) => {
    const total = lines.querySelector(`[name="${lines.dataset.lines}-TOTAL_FORMS"]`);
    const index = Number(total.value);
    const row = lines.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach((part) => {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replaceAll("__prefix__", String(index)));
      }
    });
    row.querySelector("[data-line-number]").textContent = String(index + 1);
    lines.querySelector("tbody").append(row);
    total.value = String(index + 1);
    ready(row);
    return row;
  };
  on("click", "[data-lines-more]", (event, button) => {
    event.preventDefault();
    const row = addLine(button.closest("[data-lines]"));
    const first = row.querySelector("input:not([type=hidden]), select");
    if (first) first.focus();
  });
  on("keydown", "[data-lines] tbody input", (event, input) => {
    if (event.key !== "Enter" || input.getAttribute("aria-expanded") === "true") return;
    event.preventDefault(); // Enter goes down a line, and makes one at the end; it does not send the form
    const row = input.closest("tr");
    const next = row.nextElementSibling || addLine(input.closest("[data-lines]"));
    const first = next.querySelector("input:not([type=hidden]), select");
    if (first) first.focus();
  });
  on("change", "[data-lines] input[name$='-DELETE']", (_event, box) =>
    box.closest("tr").classList.toggle("is-removed", box.checked));

  // --- suggestions while typing -----------------------------------------------------------------------------------
  const pick = (input) => {
    if (input.dataset.picking) return;
    input.dataset.picking = "1";
    window.shunda.lookup(input, input.dataset.pick, (item) => {
      if (item) input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  const ready = (root) => {
    passing(root);
    root.querySelectorAll("[data-pick]").forEach(pick);
    root.querySelectorAll("[data-bulk]").forEach(count);
    if (window.bootstrap) root.querySelectorAll('[data-bs-toggle="tooltip"]').forEach((el) => window.bootstrap.Tooltip.getOrCreateInstance(el));
  };
  ready(document);
})();
