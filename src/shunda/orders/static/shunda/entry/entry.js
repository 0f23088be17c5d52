// The entry page: brings the head, the lines, the keeping, the checks and the saving together.
(() => {
  "use strict";
  const { ask, say, lookup, sheet: makeSheet, notes: makeNotes, keep: makeKeep, pricing: makePricing, settle, SIGNED_OUT } = window.shunda.entry;
  const form = document.getElementById("entry");
  const store = document.getElementById("entry-data");
  if (!form || !store) return;
  const data = JSON.parse(store.textContent);
  const reasons = { ...data.reasons };
  const control = (name) => form.elements.namedItem(name);
  const NO_HEAD = new Set(["csrfmiddlewaretoken", "once", "version"]);
  const head = [...form.elements].filter((one) => one.name && !NO_HEAD.has(one.name));
  const REPRICE = new Set(["warehouse", "prices_include_tax", "kind"]), RETOTAL = new Set(["discount", "freight"]);
  let key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());

  // --- what is typed ----------------------------------------------------------------------------------------------
  const value = (one) => (one.type === "checkbox" ? (one.checked ? "on" : "") : one.value);
  const headValues = () => Object.fromEntries(head.map((one) => [one.name, value(one)]));
  const whys = () => Object.fromEntries(Object.entries(reasons).filter(([, why]) => why).map(([code, why]) => [`why:${code}`, why]));
  const content = () => ({ head: { ...headValues(), ...whys() }, lines: sheet.typed(), version: data.version ?? null });
  const body = () => ({ order: data.order, content: content() });
  const changed = ({ quiet = false } = {}) => {
    keep.changed();
    if (!quiet) notes.soon(sheet.rows.length);
    count();
  };

  // --- how many lines there are, and how many are to be mended; once for each frame ------------------------------------
  let counting = false;
  const count = () => {
    if (counting) return;
    counting = true;
    requestAnimationFrame(() => { counting = false; counted(); });
  };
  const counted = () => {
    form.querySelector("[data-line-count]").textContent = say("lines", { n: sheet.rows.filter((row) => !sheet.isBlank(row)).length });
    const wrong = sheet.faulty().length, button = form.querySelector("[data-next-fault]");
    button.hidden = wrong === 0;
    button.querySelector("span").textContent = say("faults", { n: wrong });
  };

  let mended = null; // the line to mend that was gone to last

  // --- pasted from a spreadsheet --------------------------------------------------------------------------------------
  const paste = async (text) => {
    const said = form.querySelector("[data-paste-said]");
    const first = sheet.trailing() + 1;
    said.textContent = say("saving");
    let answer;
    try {
      answer = await ask(data.urls.paste, { order: data.order, head: pricing.head(), text, first, beside: pricing.beside(new Set()) }, { wait: 60_000 });
    } catch (problem) {
      said.textContent = say("failed");
      if (problem.message === SIGNED_OUT) keep.signedOut();
      return;
    }
    if (answer.status !== 200 || !answer.data.rows.length) { said.textContent = say("nothingRead"); return; }
    const rows = sheet.append(answer.data.rows);
    answer.data.results.forEach((result) => pricing.take(rows[result.place - first], result));
    pricing.told(answer.data);
    pricing.price([]);
    const wrong = rows.filter((row) => row.result && ((row.result.errors || []).length || row.result.fields));
    said.textContent = say(wrong.length ? "pastedUnknown" : "pasted", { n: rows.length, unknown: wrong.length });
    said.classList.toggle("text-danger", wrong.length > 0);
    said.classList.toggle("text-secondary", wrong.length === 0);
    mended = wrong[0] || null;
    sheet.focus(mended || sheet.add());
    changed();
  };

  // --- faults beside the fields of the head ----------------------------------------------------------------------------
  const faults = (found, names = head.map((one) => one.name)) => names.forEach((name) => {
    const one = control(name);
    if (!one || !one.classList) return;
    const errors = found[name] || [];
    const old = one.parentElement.querySelector("[data-fault]");
    if (old) old.remove();
    one.classList.toggle("is-invalid", errors.length > 0);
    one.toggleAttribute("aria-invalid", errors.length > 0);
    if (!errors.length) return;
    const told = document.createElement("div");
    told.className = "invalid-feedback d-block";
    told.dataset.fault = "";
    told.id = `${one.id}_fault`;
    told.textContent = errors.join(" ");
    one.setAttribute("aria-describedby", told.id);
    one.parentElement.append(told);
  });
  const above = (sentences) => {
    const box = form.querySelector("[data-form-errors]");
    box.hidden = !sentences.length;
    box.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("div"), { textContent: text })));
    if (sentences.length) box.scrollIntoView({ block: "center" });
  };
  const goTo = (where) => {
    const [name, line] = where.split(".");
    if (name === "lines") { if (line && sheet.rows[line - 1]) sheet.focus(sheet.rows[line - 1]); else sheet.focus(sheet.rows[0]); return; }
    const one = control(name) || control(`${name}_name`);
    if (one && one.focus) one.focus();
  };

  // --- the customer -------------------------------------------------------------------------------------------------
  const filled = {};
  const usual = new Map();
  const fillIn = (fields) => Object.entries(fields).forEach(([name, text]) => {
    const one = control(name);
    if (!one || (one.value && one.value !== filled[name])) return; // what somebody typed stays
    one.value = text;
    filled[name] = text;
  });
  const chooseCustomer = async ({ fill = true } = {}) => {
    const code = control("customer").value.trim();
    const card = form.querySelector("[data-customer-card]");
    card.hidden = true;
    if (!code) return;
    let answer;
    try { answer = await ask(`${data.urls.customer}?code=${encodeURIComponent(code)}`); } catch { return; }
    if (answer.status !== 200) { faults({}, ["customer"]); return; }
    const found = answer.data;
    faults({}, ["customer"]);
    card.hidden = false;
    card.replaceChildren(...customerFacts(found));
    if (!usual.has("term")) usual.set("term", control("term").options[0].textContent);
    control("term").options[0].textContent = `${usual.get("term")} (${found.term})`;
    addresses(found.addresses);
    if (!fill) return;
    fillIn(found.fields);
    const own = found.addresses.find((one) => one.default) || found.addresses[0];
    if (own) fillIn(own.fields);
    price(sheet.rows.filter((row) => row.typed.sku));
    changed();
  };
  const customerFacts = (found) => {
    const facts = document.createElement("div");
    facts.className = "customer-facts small";
    const add = (text, css = "text-secondary") => { const one = document.createElement("span"); one.className = css; one.textContent = text; facts.append(one); return one; };
    add(found.name, "fw-bold");
    add(found.term);
    if (found.credit) add(say("credit", found.credit));
    if (found.frozen) add(`${say("frozen")} ${found.frozen}`, "text-red fw-bold");
    if (found.recent.length) {
      const recent = add(`${say("recent")} `);
      found.recent.forEach((order) => {
        const link = Object.assign(document.createElement("a"), { href: order.url, target: "_blank", rel: "noopener", textContent: `${order.number} (${order.gross})`, className: "me-2" });
        recent.append(link);
      });
    }
    return [facts];
  };
  const addresses = (found) => {
    const box = form.querySelector("[data-addresses]"), select = box.querySelector("select");
    box.hidden = found.length < 2;
    select.replaceChildren(...found.map((one, i) => new Option(one.label, String(i), one.default, one.default)));
    select.onchange = () => {
      Object.entries(found[Number(select.value)].fields).forEach(([name, text]) => { control(name).value = text; filled[name] = text; });
      changed();
    };
  };

  // --- saving ---------------------------------------------------------------------------------------------------------
  const busy = (yes) => form.querySelectorAll("button[data-save]").forEach((button) => { button.disabled = yes; button.classList.toggle("btn-loading", yes); });
  const save = async (then = "") => {
    sheet.now();
    sheet.compact();
    busy(true);
    above([]);
    await keep.pause();
    let answer;
    try {
      answer = await ask(data.urls.save, { ...body(), sheet: keep.id(), then, overrides: reasons, once: key }, { wait: 60_000 });
    } catch (problem) {
      busy(false);
      keep.resume();
      if (problem.message === SIGNED_OUT) { keep.changed(); keep.signedOut(); } else above([say("failed")]);
      return;
    }
    busy(false);
    if (answer.status !== 200) key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    if (answer.status === 200) saved(answer.data, then);
    else { keep.resume(); refused(answer); }
  };
  const saved = (found, then) => {
    if (found.submitted || then !== "submit") { keep.finish(); window.location.assign(found.to); return; }
    // saved, but it cannot be handed in yet: from here on the page is the one of this draft
    Object.assign(data, { order: found.order, version: found.version, here: found.edit, base: null });
    key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    history.replaceState(null, "", found.edit);
    keep.resume({ saved: true });
    above([say("savedOrder", { number: found.number })]);
    notes.check().then(() => notes.demand());
  };
  const refused = async ({ status, data: told }) => {
    if (status === 409 && told.conflict) { await clash(told.conflict); return; }
    if (status === 403) { above([say("permission", { permission: told.permission })]); return; }
    const onHead = told.head || {}, known = new Set(head.map((one) => one.name));
    faults(onHead);
    sheet.rows.forEach((row, i) => {
      row.refused = (told.lines && told.lines[i + 1]) || null;
      const fields = told.fields && told.fields[i + 1];
      if (fields) row.result = { ...(row.result || {}), fields };
      if (row.refused || fields) sheet.show(row);
    });
    count();
    above([say("refused"), ...Object.entries(onHead).filter(([name]) => !known.has(name)).flatMap(([, sentences]) => sentences)]);
    const wrong = sheet.rows.find((row) => row.refused || (row.result && row.result.fields));
    const first = form.querySelector(".is-invalid");
    if (first && !first.closest("#sheet")) first.focus();
    else if (wrong) sheet.focus(wrong);
  };
  const labelOf = (name) => { const one = control(name); return one && one.labels && one.labels[0] ? one.labels[0].textContent.trim() : name; };
  const shownAs = (name, text) => {
    const one = control(name);
    if (one && one.tagName === "SELECT") { const option = [...one.options].find((each) => each.value === text); return option ? option.textContent : text; }
    if (one && one.type === "checkbox") return text ? "✓" : "";
    return text;
  };
  const clash = async (theirs) => {
    const typed = content();
    const mine = { head: headValues(), lines: typed.lines };
    const chosen = await settle({ mine, theirs, base: data.base, label: labelOf, shown: shownAs });
    if (!chosen) return;
    data.version = theirs.version;
    data.base = { head: theirs.head, lines: theirs.lines };
    take(chosen);
    await save();
  };

  // --- taking over what was typed before, or what was chosen of two sides ------------------------------------------------
  const take = ({ head: values = {}, lines = [], version }) => {
    head.forEach((one) => {
      if (!(one.name in values)) return;
      if (one.type === "checkbox") one.checked = Boolean(values[one.name]);
      else one.value = values[one.name];
    });
    Object.entries(values).forEach(([name, text]) => { if (name.startsWith("why:")) reasons[name.slice(4)] = text; });
    if (version !== undefined && version !== null && data.order) data.version = version;
    sheet.fill(lines.map((line) => ({ ...line })));
    price(sheet.rows);
    chooseCustomer({ fill: false });
    changed();
  };

  const sheet = makeSheet(document.getElementById("sheet"), {
    units: data.units, articles: data.urls.articles, changed, paste,
    price: (rows) => pricing.price(rows), typed: (row) => pricing.typed(row), forget: (row) => pricing.forget(row),
    done: () => form.querySelector("button.btn-primary[data-save]").focus(),
  });
  const keep = makeKeep({ data, content, restore: take });
  const pricing = makePricing({ form, data, head: headValues, sheet: () => sheet, faults: (...found) => faults(...found), count, signedOut: () => keep.signedOut() });
  const { price } = pricing;
  const notes = makeNotes({ url: data.urls.check, body, kept: () => keep.settled(), goTo, changed, reasons, faults: (found) => faults(found) });

  // --- what people do in the head -----------------------------------------------------------------------------------------
  lookup(control("customer"), data.urls.customers, (item, go) => {
    chooseCustomer();
    changed();
    if (go) control("wanted_date").focus();
  });
  const heads = new Set(head);
  form.addEventListener("input", (event) => { if (heads.has(event.target)) { faults({}, [event.target.name]); changed(); } });
  form.addEventListener("change", (event) => {
    if (!heads.has(event.target)) return;
    changed();
    if (REPRICE.has(event.target.name)) price(sheet.rows.filter((row) => row.typed.sku));
    if (RETOTAL.has(event.target.name)) price([]);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (!heads.has(event.target) || event.target.tagName === "TEXTAREA") return;
    event.preventDefault(); // Enter goes on to the next field; the head leads into the lines
    const order = [control("customer"), control("wanted_date"), control("customer_reference")];
    const at = order.indexOf(event.target);
    if (at >= 0) { if (order[at + 1]) order[at + 1].focus(); else sheet.focus(sheet.rows[0]); return; }
    const fields = head.filter((one) => one.offsetParent), next = fields[fields.indexOf(event.target) + 1];
    (next || form.querySelector("button[data-save]")).focus();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("save" in button.dataset) { event.preventDefault(); save(button.dataset.save); }
    if ("moreLines" in button.dataset) sheet.focus(sheet.addDrawn());
    if ("nextFault" in button.dataset) {
      const wrong = sheet.faulty(), after = sheet.rows.indexOf(mended);
      mended = wrong.find((row) => sheet.rows.indexOf(row) > after) || wrong[0];
      sheet.focus(mended);
    }
  });
  document.querySelectorAll("[data-discard]").forEach((button) => button.addEventListener("click", async () => {
    try { await ask(data.urls.discard, { sheet: Number(button.dataset.discard) }); button.closest("[data-unsaved]").remove(); } catch { above([say("failed")]); }
  }));
  if (window.shunda.keys) {
    window.shunda.keys.add("entry.save", "ctrl+s", () => save(), { typing: true });
    window.shunda.keys.add("entry.submit", "ctrl+Enter", () => save(data.maySubmit ? "submit" : ""), { typing: true });
  }

  // --- to begin with ------------------------------------------------------------------------------------------------------
  document.querySelectorAll("[data-live]").forEach((part) => { part.hidden = false; });
  const submit = form.querySelector('[data-save="submit"]');
  if (submit) submit.hidden = false;
  document.getElementById("sheet").hidden = false;
  sheet.fill(data.lines.map((line) => ({ ...line })), data.lines.length ? 1 : 5);
  if (data.lines.length) price(sheet.rows.filter((row) => row.typed.sku));
  if (control("customer").value) chooseCustomer({ fill: !data.order && !data.restored });
  if (data.lines.length) notes.soon();
  count();
  keep.offer();
  if (!data.order) control("customer").focus();
  else sheet.focus(sheet.rows[sheet.rows.length - 1]);
})();
