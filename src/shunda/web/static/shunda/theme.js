// Runs before the page is drawn, so that it never flashes in the wrong colours.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.themeChoice;
    root.setAttribute("data-bs-theme", choice === "system" ? (dark.matches ? "dark" : "light") : choice);
  };
  apply();
  dark.addEventListener("change", apply);
})();
