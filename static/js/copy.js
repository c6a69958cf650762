// <button data-copy="/path" data-copied="said afterwards" hidden> puts an address of this desk into the clipboard. Shown where that works.
(() => {
  "use strict";

  if (!navigator.clipboard) return;
  const show = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };
  show();
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
    document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { value: button.dataset.copied } }));
  });
})();
