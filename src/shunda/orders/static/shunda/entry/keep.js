// Nothing typed is lost: it is kept on the server a moment after it was typed, and in this browser until the server
// has it. The server gets the whole once, and then what changed since. When the session ends or the connection goes, the page stays, and goes on by itself afterwards.
(() => {
  "use strict";
  const { ask, say, SIGNED_OUT } = window.shunda.entry;
  const PAUSE = 1000, AGAIN = 5000, LOCAL = 300;

  const make = ({ data, content, restore }) => {
    const said = document.querySelector("[data-saved]");
    const dialog = document.getElementById("entry-signed-out");
    const prefix = `shunda-entry:${data.person}:${data.order || "new"}:`;
    const me = Math.random().toString(36).slice(2), key = `${prefix}${me}`;
    let sheet = data.sheet, timer = 0, localTimer = 0, backTimer = 0, running = null, stopped = false, dirty = false;

    const tell = (name, values) => {
      said.textContent = say(name, values);
      said.classList.toggle("text-danger", !["saved", "saving"].includes(name));
    };
    const local = {
      write() {
        clearTimeout(localTimer);
        try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), content: content() })); } catch { /* full or forbidden: the server has it in a moment */ }
      },
      drop(name = key) {
        clearTimeout(localTimer);
        try { localStorage.removeItem(name); } catch { /* forbidden */ }
      },
      found() {
        try {
          return Object.keys(localStorage).filter((name) => name.startsWith(prefix) && name !== key)
            .map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }))
            .sort((a, b) => b.at - a.at);
        } catch { return []; }
      },
    };

    // --- what changed since the server kept it: heads by name, lines by place, or a part put in the place of another --
    let kept = null;
    const texts = ({ head, lines, version }) => ({ head, lines: lines.map((line) => JSON.stringify(line)), version });
    const changes = (now, before) => {
      const names = [...new Set([...Object.keys(now.head), ...Object.keys(before.head)])];
      const head = Object.fromEntries(names.filter((name) => (now.head[name] || "") !== (before.head[name] || "")).map((name) => [name, now.head[name] || ""]));
      const told = { head, version: now.version };
      if (now.lines.length === before.lines.length) {
        const places = now.lines.map((line, i) => (line === before.lines[i] ? -1 : i)).filter((i) => i >= 0);
        return { ...told, lines: Object.fromEntries(places.map((i) => [i, JSON.parse(now.lines[i])])) };
      }
      const least = Math.min(now.lines.length, before.lines.length);
      let first = 0, last = 0;
      while (first < least && now.lines[first] === before.lines[first]) first++;
      while (last < least - first && now.lines.at(-1 - last) === before.lines.at(-1 - last)) last++;
      return { ...told, put: { at: first, away: before.lines.length - last - first, lines: now.lines.slice(first, now.lines.length - last).map((line) => JSON.parse(line)) } };
    };

    const send = async () => {
      clearTimeout(timer);
      if (stopped || !dirty) return;
      if (running) { await running; return send(); }
      dirty = false;
      tell("saving");
      running = once();
      await running;
      running = null;
    };
    const once = async () => {
      try {
        const all = content(), now = texts(all);
        const answer = await ask(data.urls.keep, { order: data.order, sheet: sheet && sheet.id, version: sheet && sheet.version, window: me, ...(sheet && kept ? { changes: changes(now, kept) } : { content: all }) });
        if (answer.status === 200) {
          kept = now;
          sheet = { id: answer.data.sheet, version: answer.data.version };
          if (!dirty) local.drop();
          tell("saved", { at: answer.data.at });
          history.replaceState(null, "", `${data.here}?sheet=${sheet.id}`);
        } else if (answer.status === 404 && sheet) { sheet = kept = null; dirty = true; soon(0); }
        else { local.write(); tell(answer.status === 409 ? "elsewhere" : "failed"); stopped = answer.status === 409; }
      } catch (problem) {
        dirty = true;
        kept = null; // it may have arrived all the same: the whole once more
        local.write();
        if (problem.message === SIGNED_OUT) signedOut();
        else { tell("unsent"); soon(AGAIN); }
      }
    };
    const signedOut = () => {
      local.write();
      tell("signedOut");
      if (!dialog.open) dialog.showModal();
      clearTimeout(backTimer);
      backTimer = setTimeout(back, AGAIN);
    };
    // An answer to something sent before the sign-in may come after it and open the dialog again: while it is open
    // the server is asked from time to time.
    const back = async () => {
      const unsent = dirty && said.classList.contains("text-danger");
      if (document.visibilityState !== "visible" || !(unsent || dialog.open)) return;
      if (dialog.open) dirty = true;
      await send();
      if (!dirty && dialog.open) dialog.close();
    };
    const soon = (pause = PAUSE) => { clearTimeout(timer); timer = setTimeout(send, pause); };
    const changed = () => {
      dirty = true;
      clearTimeout(localTimer);
      localTimer = setTimeout(local.write, LOCAL);
      soon();
    };

    window.addEventListener("focus", back);
    window.addEventListener("online", back);
    document.addEventListener("visibilitychange", back);
    window.addEventListener("pagehide", () => { if (dirty && !stopped) local.write(); });

    // what another window or an earlier life of this one could not send
    const offer = () => {
      const copy = local.found()[0];
      const banner = document.querySelector("[data-local-copy]");
      if (!copy || !copy.content) return;
      banner.hidden = false;
      banner.querySelector("[data-at]").textContent = new Date(copy.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
      banner.querySelector("[data-take]").addEventListener("click", () => { restore(copy.content); local.drop(copy.name); banner.hidden = true; changed(); });
      banner.querySelector("[data-drop]").addEventListener("click", () => { local.drop(copy.name); banner.hidden = true; });
    };

    return {
      changed, offer, send, signedOut,
      id: () => sheet && sheet.id,
      // what is kept, once it is all that is typed; nothing when it cannot be
      async settled() { await send(); return !dirty && kept ? sheet : null; },
      // while the order itself is saved nothing is kept beside it
      async pause() { stopped = true; clearTimeout(timer); if (running) await running; },
      resume({ saved = false } = {}) {
        stopped = false;
        if (saved) { sheet = kept = null; dirty = false; local.drop(); tell("saved", { at: new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) }); }
        else if (dirty) soon();
      },
      finish() { stopped = true; dirty = false; local.drop(); },
    };
  };

  Object.assign(window.shunda.entry, { keep: make });
})();
