// Parts of a page that keep themselves up to date: <div data-live="/address/" data-mark="…"> asks for its content now
// and then while somebody looks at it, and is answered 304 while nothing changed. What a person is at is not taken
// away: while rows are ticked or the focus is inside, a line offers the new content instead.
(() => {
  "use strict";
  const EVERY = 15000;
  const busy = (part) =>
    part.querySelector("input:checked") || (part.contains(document.activeElement) && document.activeElement !== part);
  const put = (part, html, mark) => {
    const offer = part.previousElementSibling;
    if (offer && offer.hasAttribute("data-live-offer")) offer.hidden = true;
    part.dataset.mark = mark;
    window.htmx.swap(part, html, { swapStyle: "innerHTML" });
  };
  const offer = (part, html, mark) => {
    const bar = part.previousElementSibling;
    if (!bar || !bar.hasAttribute("data-live-offer")) return;
    bar.hidden = false;
    bar.querySelector("button").onclick = () => put(part, html, mark);
  };
  const look = async (part) => {
    try {
      const answer = await fetch(part.dataset.live, { headers: { "If-None-Match": `"${part.dataset.mark}"` }, cache: "no-store" });
      if (answer.status !== 200 || answer.redirected) return; // as it was, or signed out: the next click says so
      const html = await answer.text();
      const mark = (answer.headers.get("ETag") || "").replaceAll('"', "").replace(/^W\//, "");
      if (mark === part.dataset.mark) return;
      if (busy(part)) offer(part, html, mark);
      else put(part, html, mark);
    } catch { /* no connection just now: the next look will tell */ }
  };
  const parts = () => document.querySelectorAll("[data-live]");
  const all = () => { if (!document.hidden) parts().forEach(look); };
  if (!parts().length) return;
  setInterval(all, EVERY);
  document.addEventListener("visibilitychange", all);
  document.addEventListener("shunda:look", all);
})();
