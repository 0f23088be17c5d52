// Picking with a scanner (it types and presses Enter) or with one thumb. Without this script the figures are typed.
(() => {
  "use strict";
  const list = document.querySelector("[data-pick-list]");
  if (!list) return;
  const lines = [...list.querySelectorAll("[data-pick-line]")].map((box) => ({
    box,
    wanted: Number(box.dataset.wanted),
    codes: box.dataset.codes.toUpperCase().split("|").filter(Boolean),
    found: box.querySelector("input[name^=picked_]"),
    short: box.querySelector("[data-pick-short]"),
    all: box.querySelector("[data-pick-all]"),
    scanned: 0,
  }));
  const show = (line) => {
    const found = Number(line.found.value || 0);
    line.short.hidden = found >= line.wanted && !line.short.querySelector(".invalid-feedback");
    line.box.classList.toggle("border-success", found === line.wanted && (line.done || line.scanned > 0));
  };
  lines.forEach((line) => {
    line.all.hidden = false;
    line.found.addEventListener("input", () => show(line));
    line.all.addEventListener("click", () => {
      line.found.value = String(line.wanted);
      line.done = true;
      show(line);
    });
    show(line);
  });

  const scan = list.querySelector("[data-scan]");
  const said = list.querySelector("[data-scan-said]");
  list.querySelector("[data-scan-box]").hidden = false;
  // a scan counts one piece; the first one of a line starts it from nought
  scan.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const code = scan.value.trim().toUpperCase();
    scan.value = "";
    if (!code) return;
    const mine = lines.filter((line) => line.codes.includes(code));
    const line = mine.find((one) => one.scanned < one.wanted);
    if (!line) {
      said.textContent = `${code}: ${mine.length ? scan.dataset.over : scan.dataset.unknown}`;
      said.className = "form-hint text-red";
      if (navigator.vibrate) navigator.vibrate([80, 60, 80]);
      return;
    }
    line.scanned += 1;
    line.found.value = String(line.scanned);
    show(line);
    said.textContent = `${code}: ${line.scanned} / ${line.wanted}`;
    said.className = "form-hint text-green";
    if (navigator.vibrate) navigator.vibrate(40);
    line.box.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  scan.focus({ preventScroll: true });
})();
