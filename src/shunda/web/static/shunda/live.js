// Parts of a page that keep themselves up to date: <div data-live="/address/" data-mark="…"> asks for its content now
// and then while somebody looks at it, and is answered 304 while nothing changed. What a person is at is not taken
// away: while rows are ticked or the focus is inside (or in what comes along with it, data-live-with="its id"), a line
// offers the new content instead. Parts that come later (a panel) are asked like those that were there.
(() => {
  "use strict";
  const EVERY = 15000;
  const focused = (part) => part.contains(document.activeElement) && document.activeElement !== part;
  const busy = (part) => part.querySelector("input:checked") ||
    [part, ...document.querySelectorAll(`[data-live-with="${part.id}"]`)].some(focused);
  const bar = (part) => {
    const before = part.previousElementSibling;
    return before && before.hasAttribute("data-live-offer") ? before : null;
  };
  const unoffer = (part) => { if (bar(part)) bar(part).hidden = true; };
  const put = (part, html, mark) => {
    unoffer(part);
    part.dataset.mark = mark;
    window.htmx.swap(part, html, { swapStyle: "innerHTML" });
  };
  const offer = (part, html, mark) => {
    if (!bar(part)) return;
    bar(part).hidden = false;
    bar(part).querySelector("button").onclick = () => put(part, html, mark);
  };
  let signedOut = false;
  const told = (answer) => { // once, not every time one asks
    const out = answer.redirected;
    if (out && !signedOut) window.shunda.say(document.body.dataset.textSignedOut);
    signedOut = out;
    return out;
  };
  const look = async (part) => {
    try {
      const answer = await fetch(part.dataset.live, { headers: { "If-None-Match": `"${part.dataset.mark}"` }, cache: "no-store" });
      if (told(answer)) return;
      if (answer.status === 304) unoffer(part); // what was offered is as it was again
      if (answer.status !== 200) return;
      const html = await answer.text();
      const mark = (answer.headers.get("ETag") || "").replaceAll('"', "").replace(/^W\//, "");
      if (mark === part.dataset.mark) return;
      if (busy(part)) offer(part, html, mark);
      else put(part, html, mark);
    } catch { /* no connection just now: the next look will tell */ }
  };
  const all = () => { if (!document.hidden) document.querySelectorAll("[data-live]").forEach(look); };
  setInterval(all, EVERY);
  document.addEventListener("visibilitychange", all);
  document.addEventListener("shunda:look", all);
})();
