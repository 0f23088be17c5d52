"""What can be done with the keyboard on a page: looked at in the page itself."""

SEEN = """
() => {
  const FOCUSABLE = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select:not([disabled]), " +
    "textarea:not([disabled]), summary, [tabindex='0']";
  const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const look = (element) => ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor",
    "color", "opacity", "clip", "top", "textDecorationLine"].map((name) => getComputedStyle(element)[name]).join();
  const name = (element) => element.outerHTML.slice(0, 90);
  const told = [], known = new Set();
  for (const element of document.querySelectorAll(FOCUSABLE)) {
    const kind = `${element.tagName} ${element.className} ${element.type}`;
    if (known.has(kind) || !shown(element)) continue; // the fiftieth link of a list looks as the first
    known.add(kind);
    const parts = [element, ...element.querySelectorAll("rect, svg, span")];
    document.activeElement.blur();
    const before = parts.map(look).join();
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) continue; // another part of the page took it: a dialog, a script
    if (parts.map(look).join() === before) told.push(`not seen: ${name(element)}`);
  }
  document.activeElement.blur();
  for (const element of document.querySelectorAll("main *")) {
    if (getComputedStyle(element).cursor !== "pointer" || !shown(element)) continue;
    if (element.closest(`${FOCUSABLE}, label, [disabled], option`) || element.querySelector(FOCUSABLE)) continue;
    told.push(`for the mouse alone: ${name(element)}`);
  }
  return told;
}
"""
"""What does not show that it has the focus, and what looks as if it could be clicked but never gets it."""
