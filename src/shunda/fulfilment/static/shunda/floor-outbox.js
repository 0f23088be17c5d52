// Scans are kept on this device, one by one, until the server has answered for them. They are sent in the order they
// were made, each under a key of its own, so sending one again counts nothing twice. Every page of the floor sends.
(() => {
  "use strict";
  const sign = document.querySelector("[data-outbox]");
  if (!sign) return;
  const data = document.getElementById("floor-data");
  const texts = data ? JSON.parse(data.textContent).texts : {};
  const mine = `shunda.scan.${sign.dataset.me}.`;
  const refusals = `shunda.refused.${sign.dataset.me}.`;
  const fallback = new Map(); // where a browser keeps nothing
  let most = 200, sending = false, failed = 0, timer = 0, signedOut = false, count = 0;

  const store = {
    get: (key) => { try { return localStorage.getItem(key) ?? fallback.get(key) ?? null; } catch { return fallback.get(key) ?? null; } },
    set: (key, value) => {
      try { localStorage.setItem(key, value); } catch { fallback.set(key, value); }
    },
    delete: (key) => { fallback.delete(key); try { localStorage.removeItem(key); } catch { /* nothing is there */ } },
    keys: (prefix) => {
      const found = new Set([...fallback.keys()].filter((key) => key.startsWith(prefix)));
      try { for (let i = 0; i < localStorage.length; i += 1) if (localStorage.key(i).startsWith(prefix)) found.add(localStorage.key(i)); } catch { /* nothing is there */ }
      return [...found].sort();
    },
  };
  const random = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const listeners = [];

  const outbox = {
    store,
    all: () => store.keys(mine).map((key) => JSON.parse(store.get(key))),
    refused: () => store.keys(refusals).map((key) => JSON.parse(store.get(key))),
    forgetRefused: () => store.keys(refusals).forEach(store.delete),
    keepsNothing: () => fallback.size > 0,
    isOffline: () => !navigator.onLine || failed > 0,
    add: (scan) => {
      count += 1;
      const order = `${String(Date.now()).padStart(15, "0")}-${String(count).padStart(4, "0")}`;
      const kept = { ...scan, key: `${order}-${random()}`, scanned_at: new Date().toISOString() };
      store.set(mine + kept.key, JSON.stringify(kept));
      show();
      clearTimeout(timer);
      timer = setTimeout(send, 120); // a burst of a scanner travels together
      return kept;
    },
    onAnswer: (listener) => listeners.push(listener),
    send: () => send(),
  };

  const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const show = () => {
    const waiting = store.keys(mine).length;
    const how = signedOut ? "signed_out" : outbox.isOffline() ? "offline" : "waiting";
    const says = texts[waiting === 1 ? `${how}_one` : how];
    sign.classList.toggle("is-waiting", waiting > 0 || !navigator.onLine);
    sign.dataset.waiting = String(waiting);
    if (waiting || !navigator.onLine) sign.textContent = fill(says || sign.dataset.waitingText || "{n}", { n: waiting });
    else sign.textContent = texts.sent || "";
    if (outbox.keepsNothing()) sign.textContent = texts.not_kept || sign.textContent;
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(send, Math.min(15000, 1000 * 2 ** Math.min(failed, 4)));
  };

  const send = async () => {
    const scans = outbox.all().slice(0, most);
    if (sending || !scans.length) { show(); return; }
    sending = true;
    const patience = new AbortController();
    const limit = setTimeout(() => patience.abort(), 10000);
    try {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]");
      const answer = await fetch(sign.dataset.send, {
        method: "POST", body: JSON.stringify({ scans }), signal: patience.signal,
        headers: { "Content-Type": "application/json", "HX-Request": "true", "X-CSRFToken": token ? token.value : "" },
      });
      signedOut = [401, 403].includes(answer.status);
      if (answer.status === 422 && scans.length === 1) { // the server cannot read it: it must not stop those behind it
        store.set(refusals + scans[0].key, JSON.stringify({ ...scans[0], message: texts.stranger_to_server }));
        store.delete(mine + scans[0].key);
      }
      most = answer.status === 422 ? 1 : 200;
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      told.refused.forEach((one) => store.set(refusals + one.key, JSON.stringify(one)));
      scans.forEach((scan) => store.delete(mine + scan.key));
      failed = 0;
      listeners.forEach((listener) => listener(told));
    } catch {
      failed += 1;
    } finally {
      clearTimeout(limit);
      sending = false;
    }
    show();
    if (store.keys(mine).length) again();
  };

  window.addEventListener("online", () => { failed = 0; send(); });
  window.addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  window.addEventListener("pageshow", () => send());
  window.addEventListener("storage", show);
  for (const prefix of ["shunda.picking.", "shunda.undo."]) { // what is known of shipments of long ago
    const old = store.keys(`${prefix}${sign.dataset.me}.`).sort((a, b) => Number(a.split(".").pop()) - Number(b.split(".").pop()));
    old.slice(0, -30).forEach(store.delete);
  }
  show();
  window.shunda = Object.assign(window.shunda || {}, { outbox });

  // without a connection the page must open again, with all its parts
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register(sign.dataset.worker, { scope: sign.dataset.scope }).then(() => navigator.serviceWorker.ready).then((ready) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => { document.documentElement.dataset.offline = event.data; };
    const parts = performance.getEntriesByType("resource").map((part) => part.name);
    ready.active.postMessage({ keep: [location.href, ...parts] }, [channel.port2]);
  }).catch(() => undefined);
})();
