// Picking with a scanner that types (a keyboard wedge), with the camera, or with a thumb. What is on the page is what
// the server said last, with the scans on top of it that it has not answered yet; so it is right without a connection.
(() => {
  "use strict";
  const root = document.querySelector("[data-picking]");
  const outbox = window.shunda && window.shunda.outbox;
  if (!root || !outbox) return;
  const { state: served, texts } = JSON.parse(document.getElementById("floor-data").textContent);
  const me = document.querySelector("[data-outbox]").dataset.me;
  const memory = `shunda.picking.${me}.${served.shipment}`;
  const history = `shunda.undo.${me}.${served.shipment}`;
  const { store } = outbox;
  const one = (selector, within = root) => within.querySelector(selector);
  const code = one("#code");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // quantities are counted in ten-thousandths: whole numbers do not drift
  const UNIT = 10000;
  const read = (text) => Math.round(Number(text) * UNIT);
  const write = (n) => String(n / UNIT);

  // --- what is known ----------------------------------------------------------------------------------------------
  const older = (text) => { try { return JSON.parse(text); } catch { return null; } };
  const heard = older(store.get(memory));
  let known = heard && heard.last > served.last ? heard : served;
  const view = () => {
    const stops = known.stops.map((stop) => ({ ...stop, wanted: read(stop.wanted), found: read(stop.found), short: read(stop.short) }));
    for (const scan of outbox.all()) {
      const stop = scan.shipment_id === served.shipment && stops.find((each) => each.codes.includes(scan.code.toUpperCase()));
      if (!stop) continue;
      if (scan.kind === "short") { stop.short += read(scan.quantity); if (scan.words) stop.why = scan.words; }
      else stop.found += read(scan.quantity);
    }
    return stops;
  };
  const left = (stop) => stop.wanted - stop.found - stop.short;

  // --- what is seen -----------------------------------------------------------------------------------------------
  const list = one("[data-stops]");
  const rows = new Map([...list.children].map((row) => [Number(row.dataset.stop), row]));
  const show = () => {
    const stops = view();
    const open = stops.filter((stop) => left(stop) > 0);
    for (const stop of [...open, ...stops.filter((each) => left(each) <= 0)]) {
      const row = rows.get(stop.id);
      if (!row) continue;
      const isNext = stop === open[0];
      if (isNext && !row.classList.contains("is-next")) one("details", row).open = true;
      if (!isNext && row.classList.contains("is-next")) one("details", row).open = false;
      row.classList.toggle("is-next", isNext);
      row.classList.toggle("is-done", left(stop) <= 0);
      one("[data-found]", row).textContent = write(stop.found);
      one("[data-short]", row).hidden = stop.short <= 0;
      one("[data-short-n]", row).textContent = write(stop.short);
      one("[data-short-why]", row).textContent = stop.why;
      one("[data-left-of]", row).textContent = write(left(stop));
      row.querySelectorAll("[data-left-value]").forEach((field) => { field.value = write(left(stop)); });
    }
    const order = [...open, ...stops.filter((stop) => left(stop) <= 0)].map((stop) => rows.get(stop.id)).filter(Boolean);
    if (order.some((row, i) => list.children[i] !== row)) list.append(...order);
    const counter = one("[data-left]");
    counter.hidden = open.length === 0;
    counter.textContent = `(${open.length})`;
    one("[data-finish] button").classList.toggle("btn-primary", open.length === 0);
    one("[data-undo] button").disabled = past().length === 0;
    const refused = outbox.refused();
    one("[data-refused]").hidden = refused.length === 0;
    one("[data-refused-list]").replaceChildren(...refused.map((each) => {
      const item = document.createElement("li");
      item.textContent = fill(texts.refused, { code: each.code, why: each.message });
      return item;
    }));
    return open.length;
  };

  // --- what is said: in words, in colour, by sound and by a buzz --------------------------------------------------
  const said = one("[data-said]");
  let ears = null;
  let loud = store.get("shunda.sound") !== "off";
  const tone = (pitch, begin, length, shape) => {
    const source = ears.createOscillator(), volume = ears.createGain();
    source.type = shape;
    source.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, ears.currentTime + begin);
    volume.gain.exponentialRampToValueAtTime(0.001, ears.currentTime + begin + length);
    source.connect(volume).connect(ears.destination);
    source.start(ears.currentTime + begin);
    source.stop(ears.currentTime + begin + length);
  };
  const beep = (good) => {
    if (navigator.vibrate) navigator.vibrate(good ? 40 : [120, 60, 120, 60, 120]);
    if (!loud || !window.AudioContext) return;
    ears = ears || new AudioContext();
    if (good) tone(1320, 0, 0.12, "sine");
    else { tone(220, 0, 0.25, "square"); tone(165, 0.28, 0.35, "square"); }
  };
  const say = (good, text, values = {}) => {
    said.hidden = false;
    said.classList.toggle("is-good", good);
    said.classList.toggle("is-bad", !good);
    one("[data-said-words]").textContent = fill(text, values);
    beep(good);
    return good;
  };

  // --- a scan -----------------------------------------------------------------------------------------------------
  const past = () => older(store.get(history)) || [];
  const remember = (steps) => store.set(history, JSON.stringify(steps.slice(-50)));
  const words = (stop) => ({ sku: stop.sku, wanted: write(stop.wanted), found: write(stop.found), short: write(stop.short), left: write(left(stop)) });

  const why = (stop, scan, n) => {
    if (!Number.isFinite(n) || n === 0 || n % (UNIT / 10 ** stop.decimals)) return texts.fraction;
    if (scan.kind === "short") {
      if (n > 0 && !scan.short_reason) return texts.choose;
      return n > left(stop) ? texts.over : "";
    }
    if (n > stop.wanted - stop.found) return texts.over;
    return n > left(stop) ? texts.said_short : "";
  };
  const take = (scan, told = "") => {
    const typed = scan.code.trim();
    const stop = view().find((each) => each.codes.includes(typed.toUpperCase()));
    if (!stop) return say(false, texts.stranger, { code: typed });
    const n = read(scan.quantity);
    const reason = why(stop, scan, n);
    if (reason) return say(false, reason, words(stop));
    const kept = outbox.add({ shipment_id: served.shipment, code: typed, quantity: write(n), kind: scan.kind, short_reason: scan.short_reason || null, note: scan.note || "" });
    if (told) remember(past().slice(0, -1));
    else remember([...past(), { key: kept.key, code: typed, quantity: write(n), kind: scan.kind }]);
    const open = show();
    const now = view().find((each) => each.id === stop.id);
    const row = rows.get(stop.id);
    row.classList.remove("has-beeped");
    void row.offsetWidth; // the colour begins anew
    row.classList.add("has-beeped");
    if (told || scan.kind === "short") return say(true, told || texts.short, { ...words(now), n: write(Math.abs(n)) });
    if (!open) return say(true, texts.all_done);
    return say(true, left(now) > 0 ? texts.good : texts.stop_done, words(now));
  };

  // "12x690..." is twelve of it, "12x" alone waits for the next code; an article's own code counts before that
  let times = "";
  const wait = (n) => {
    times = n;
    one("[data-times]").hidden = !n;
    one("[data-times]").textContent = n ? `${n} ×` : "";
  };
  const scanned = (text) => {
    const typed = text.trim();
    if (!typed) return;
    if (/^SH\d{9,}$/i.test(typed)) {
      if (typed.toUpperCase() === served.number.toUpperCase()) finish.requestSubmit();
      else location.href = `${root.dataset.find}?code=${encodeURIComponent(typed)}`;
      return;
    }
    const counted = known.stops.some((stop) => stop.codes.includes(typed.toUpperCase())) ? null : /^(\d{1,9}(?:\.\d{1,4})?)\s*[x×*]\s*(.*)$/i.exec(typed);
    if (counted && !counted[2]) { wait(counted[1]); say(true, texts.times, { n: counted[1] }); return; }
    const quantity = counted ? counted[1] : times || "1";
    wait("");
    take({ code: counted ? counted[2] : typed, quantity, kind: "found" });
  };
  window.shunda.scanned = scanned;

  // --- forms: what works without a script goes through the outbox with one ------------------------------------------
  root.querySelectorAll("form[data-scan]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const typed = new FormData(form);
    if (form.contains(code)) {
      scanned(code.value);
      code.value = "";
    } else if (take({ code: typed.get("code"), quantity: typed.get("quantity"), kind: typed.get("kind") || "found", short_reason: typed.get("reason"), note: typed.get("note") })) form.reset();
    show();
    code.focus({ preventScroll: true });
  }));
  one("[data-undo]").addEventListener("submit", (event) => {
    event.preventDefault();
    const last = past().at(-1);
    if (last) take({ ...last, quantity: write(-read(last.quantity)) }, texts.back);
    code.focus({ preventScroll: true });
  });
  const finish = one("[data-finish]");
  finish.addEventListener("submit", (event) => {
    const open = view().find((stop) => left(stop) > 0);
    const waits = outbox.all().length > 0;
    if (!open && !waits) return;
    event.preventDefault();
    if (open) say(false, texts.unfinished, words(open));
    else if (outbox.isOffline()) say(false, texts.finish_later);
    else { finish.dataset.soon = "1"; outbox.send(); } // the last scan is on its way: it finishes when that is known
  });
  one("[data-refused-seen]").addEventListener("click", () => { outbox.forgetRefused(); show(); });

  // --- the scanner's keys always land in the field, wherever the person tapped before -------------------------------
  code.inputMode = "none"; // the phone's own keyboard stays away until it is asked for
  const FIELDS = "input, textarea, select";
  document.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest(`${FIELDS}, dialog`)) return;
    event.stopPropagation(); // no shortcut of the page takes a letter of a barcode
    code.focus({ preventScroll: true });
  }, true);
  const reveal = (selector) => { const button = one(selector); button.hidden = false; return button; };
  one(".no-script").hidden = true;
  const keyboard = reveal("[data-keyboard]");
  keyboard.addEventListener("click", () => {
    const typing = code.inputMode === "none";
    code.inputMode = typing ? "text" : "none";
    keyboard.setAttribute("aria-pressed", String(typing));
    code.blur();
    code.focus();
  });
  const sound = reveal("[data-sound]");
  const mute = () => {
    sound.setAttribute("aria-pressed", String(loud));
    one("[data-on]", sound).hidden = !loud;
    one("[data-off]", sound).hidden = loud;
  };
  sound.addEventListener("click", () => { loud = !loud; store.set("shunda.sound", loud ? "on" : "off"); mute(); code.focus({ preventScroll: true }); });
  mute();

  // the camera and its reader come when they are asked for
  const camera = reveal("[data-camera-open]");
  camera.addEventListener("click", async () => {
    if (!navigator.mediaDevices) { say(false, texts.no_camera); return; }
    if (!window.shunda.camera) {
      await new Promise((done, fail) => {
        const script = Object.assign(document.createElement("script"), { src: root.dataset.cameraScript, onload: done, onerror: fail });
        document.head.append(script);
      }).catch(() => undefined);
    }
    try { await window.shunda.camera.open(root); } catch { say(false, texts.no_camera); }
  });

  // --- answers ----------------------------------------------------------------------------------------------------
  outbox.onAnswer((told) => {
    const mine = told.picking.find((each) => each.shipment === served.shipment);
    if (mine && mine.last >= known.last) {
      known = mine;
      store.set(memory, JSON.stringify(mine));
    }
    const gone = new Set(told.refused.map((each) => each.key));
    if (gone.size) remember(past().filter((step) => !gone.has(step.key))); // what did not count is not taken back
    told.refused.forEach((each) => say(false, texts.refused, { code: each.code, why: each.message }));
    show();
    if (mine && mine.status !== "planned" && !outbox.all().length) { location.reload(); return; }
    if (finish.dataset.soon && !outbox.all().length) { delete finish.dataset.soon; finish.requestSubmit(); }
  });
  window.addEventListener("storage", (event) => { // another tab has scanned, or has heard
    const news = event.key === memory && older(event.newValue);
    if (news && news.last >= known.last) known = news;
    show();
  });
  show();
  code.focus({ preventScroll: true });
})();
