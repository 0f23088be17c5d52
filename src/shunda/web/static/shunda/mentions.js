// "@name" in a text: the people who fit are offered while it is typed (data-mentions: where to ask).
(() => {
  "use strict";
  const attach = (field) => {
    if (field.dataset.mentioning) return;
    field.dataset.mentioning = "1";
    const list = document.createElement("ul");
    list.className = "kit-suggestions dropdown-menu";
    list.id = `${field.id}-people`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "@");
    field.after(list);
    field.parentElement.classList.add("position-relative");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    let timer = 0, asked = 0, active = 0;
    const word = () => /(?:^|[^\w.@])@([\p{L}\p{N}_.-]*)$/u.exec(field.value.slice(0, field.selectionStart));
    const open = (yes) => list.classList.toggle("show", yes);
    const mark = (index) => {
      const items = [...list.children];
      if (!items.length) return;
      active = (index + items.length) % items.length;
      items.forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
      items.forEach((item, i) => item.classList.toggle("active", i === active));
      field.setAttribute("aria-activedescendant", items[active].id);
    };
    const take = (name) => {
      const found = word();
      if (!found) return;
      const at = field.selectionStart, from = at - found[1].length;
      field.setRangeText(`${name} `, from, at, "end");
      open(false);
      field.focus();
    };
    const show = (people) => {
      list.replaceChildren(...people.map((person, i) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${i}`;
        item.className = "dropdown-item";
        item.setAttribute("role", "option");
        item.textContent = `${person.label || person.value}  @${person.value}`;
        item.dataset.name = person.value;
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(person.value); });
        return item;
      }));
      open(people.length > 0);
      mark(0);
    };
    const ask = async () => {
      const found = word(), mine = ++asked;
      if (!found) { open(false); return; }
      try {
        const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(found[1])}`, { headers: { Accept: "application/json" } });
        if (answer.ok && mine === asked) show((await answer.json()).items);
      } catch { open(false); }
    };
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
    field.addEventListener("blur", () => { asked++; open(false); });
    field.addEventListener("keydown", (event) => {
      if (!list.classList.contains("show") || event.isComposing) return;
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active - 1);
      else if (event.key === "Enter" || event.key === "Tab") take(list.children[active].dataset.name);
      else if (event.key === "Escape") open(false);
      else return;
      event.preventDefault();
    });
  };
  const ready = (root) => root.querySelectorAll("[data-mentions]").forEach(attach);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
  ready(document);
})();
