// Something of many, found while typing: Enter takes the first, the arrows another. Enter pressed before the answer
// is there waits for it, so nobody has to type slowly.
(() => {
  "use strict";
  const fetched = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return { status: answer.status, data: answer.ok ? await answer.json() : {} };
  };
  const PAUSE = 120;
  let lists = 0;

  // taken(item, go): what was taken, none when the field was left without; go: by Enter or a click
  const lookup = (input, url, taken, ask = fetched) => {
    const list = document.createElement("ul");
    list.className = "kit-suggestions dropdown-menu";
    list.id = `lookup-${++lists}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label") || (input.labels[0] ? input.labels[0].textContent.trim() : ""));
    input.after(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);
    let timer = 0, asked = 0, active = -1, items = [], unsure = false, fresh = false; // fresh: the list is for what stands in the field

    const open = (yes) => {
      list.classList.toggle("show", yes);
      input.setAttribute("aria-expanded", String(yes));
      if (!yes) { active = -1; input.removeAttribute("aria-activedescendant"); }
    };
    const mark = (index) => {
      active = (index + items.length) % items.length;
      [...list.children].forEach((item, i) => {
        item.classList.toggle("active", i === active);
        item.setAttribute("aria-selected", String(i === active));
      });
      list.children[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[active].id);
    };
    const take = (item, go) => {
      clearTimeout(timer);
      asked++;
      unsure = false;
      open(false);
      if (item) input.value = item.value;
      taken(item, go);
    };
    const show = () => {
      list.replaceChildren(...items.map((found, i) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${i}`;
        item.className = "dropdown-item";
        item.setAttribute("role", "option");
        const code = document.createElement("strong");
        code.textContent = found.value;
        const name = document.createElement("span");
        name.className = "flex-fill ms-2";
        name.textContent = found.label;
        const note = document.createElement("span");
        note.className = "text-secondary small ms-2";
        note.textContent = found.note;
        item.append(code, name, note);
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(found, true); });
        return item;
      }));
      open(items.length > 0);
      if (items.length) mark(0);
    };
    const search = async () => {
      clearTimeout(timer);
      const q = input.value.trim(), mine = ++asked;
      items = [];
      if (q) {
        try {
          const answer = await ask(`${url}?q=${encodeURIComponent(q)}`);
          if (mine === asked && answer.status === 200) items = answer.data.items;
        } catch { /* typing goes on; what is wrong with the line is told with its price */ }
      }
      fresh = mine === asked;
      return fresh;
    };

    input.addEventListener("input", () => {
      unsure = true;
      fresh = false;
      asked++; // an answer still on its way is for what stood here before
      clearTimeout(timer);
      timer = setTimeout(async () => { if (await search() && document.activeElement === input) show(); }, PAUSE);
    });
    input.addEventListener("blur", () => {
      clearTimeout(timer);
      open(false);
      if (unsure) { unsure = false; taken(null, false); }
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const shown = list.classList.contains("show");
      if (shown && event.key === "ArrowDown") mark(active + 1);
      else if (shown && event.key === "ArrowUp") mark(active - 1);
      else if (shown && event.key === "Escape") open(false);
      else if (shown && fresh && event.key === "Enter") take(items[active], true);
      else if (shown && fresh && event.key === "Tab") { take(items[active], false); return; }
      else if (event.key === "Enter" && unsure && input.value.trim()) search().then((answered) => answered && take(items[0] || null, true));
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  };

  window.shunda = Object.assign(window.shunda || {}, { lookup });
})();
