// What the checks say about the order as typed: what is missing, what asks for a reason, what is in order.
(() => {
  "use strict";
  const { ask, say } = window.shunda.entry;
  const PAUSE = 900, PAUSE_A_LINE = 2; // the checks look at all lines: of many only when somebody rests
  const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

  const make = ({ url, body, kept, goTo, changed, reasons, faults }) => {
    const card = document.getElementById("entry-checks");
    const box = (name) => card.querySelector(`[data-${name}]`);
    const signs = document.getElementById("check-signs").content;
    let timer = 0, asked = 0;

    const item = (level, said, { where, url: link, number } = {}) => {
      const made = clone("check-item");
      made.querySelector("[data-sign]").append(signs.querySelector(`[data-level="${level}"]`).cloneNode(true));
      const words = made.querySelector("[data-said]");
      if (where) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-link p-0 text-start text-wrap fw-normal";
        button.textContent = said;
        button.addEventListener("click", () => goTo(where));
        words.append(button);
      } else words.textContent = said;
      if (link) {
        const other = document.createElement("a");
        other.href = link;
        other.target = "_blank";
        other.rel = "noopener";
        other.className = "ms-2 text-decoration-underline";
        other.textContent = say("openOrder", { number });
        words.append(other);
      }
      return made;
    };
    const ofFinding = (found) => item(found.level, found.reason ? `${found.message} — ${found.reason}` : found.message, {
      where: found.line ? `lines.${found.line}` : "", url: found.url, number: found.number,
    });

    // one reason for each code; the field stays as it is while somebody writes in it
    const groups = (findings) => {
      const codes = new Map();
      findings.forEach((found) => codes.set(found.code, [...(codes.get(found.code) || []), found]));
      const kept = box("groups");
      [...kept.children].forEach((group) => { if (!codes.has(group.dataset.code)) group.remove(); });
      codes.forEach((members, code) => {
        let group = [...kept.children].find((one) => one.dataset.code === code);
        if (!group) {
          group = clone("check-group");
          group.dataset.code = code;
          const input = group.querySelector("input");
          input.name = `why:${code}`;
          input.value = reasons[code] || "";
          input.addEventListener("input", () => { reasons[code] = input.value; input.classList.remove("is-invalid"); changed({ quiet: true }); });
          kept.append(group);
        }
        group.querySelector("legend").textContent = members[0].message;
        group.querySelector("ul").replaceChildren(...members.slice(0, 20).map(ofFinding), ...(members.length > 20 ? [item(members[0].level, `… ${members.length}`)] : []));
      });
    };

    const show = ({ missing = [], findings = [] }) => {
      const asking = findings.filter((found) => found.asks && !found.reason);
      const others = findings.filter((found) => !asking.includes(found));
      box("missing").hidden = !missing.length;
      box("missing").querySelector("ul").replaceChildren(...missing.map((one) => item("block", one.message, { where: one.where })));
      box("asking").hidden = !asking.length;
      groups(asking);
      box("findings").replaceChildren(...others.slice(0, 100).map(ofFinding));
      box("nothing").hidden = Boolean(missing.length || findings.length);
    };
    const check = async () => {
      const mine = ++asked, content = body();
      if (!content.content.head.customer && !content.content.lines.length) { show({}); return; }
      box("check-state").textContent = say("checking");
      try {
        const sheet = await kept(); // the server has what is typed: it need not come twice
        if (mine !== asked) return;
        const answer = await ask(url, sheet ? { sheet: sheet.id, order: content.order } : { ...content.content, order: content.order });
        if (mine !== asked || answer.status !== 200) return;
        faults(answer.data.fields);
        show(answer.data);
      } catch { /* what cannot be reached or is signed out is told by the keeping */ }
      finally { if (mine === asked) box("check-state").textContent = ""; }
    };
    const soon = (lines = 0) => { clearTimeout(timer); timer = setTimeout(check, PAUSE + PAUSE_A_LINE * lines); };
    const demand = () => {
      const open = [...box("groups").querySelectorAll("input")].filter((input) => !input.value.trim());
      open.forEach((input) => input.classList.add("is-invalid"));
      const first = open[0] || (box("missing").hidden ? null : box("missing").querySelector("button"));
      card.scrollIntoView({ block: "nearest" });
      if (first) first.focus();
    };

    return { soon, check, demand };
  };

  Object.assign(window.shunda.entry, { notes: make });
})();
