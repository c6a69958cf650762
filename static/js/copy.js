// <button data-copy="/path" data-copied="said afterwards" hidden> puts an address of this desk into the clipboard, with
// data-copy-from="id" what stands in that field. Shown where that works.
(() => {
  "use strict";

  const BUTTON = ":is([data-copy], [data-copy-from])";
  if (!navigator.clipboard) return;
  const show = () => {
    for (const button of document.querySelectorAll(`${BUTTON}[hidden]`)) button.hidden = false;
  };
  show();
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(BUTTON);
    if (!button) return;
    const { copy, copyFrom, copied } = button.dataset;
    await navigator.clipboard.writeText(copyFrom ? document.getElementById(copyFrom).value : new URL(copy, location.href).href);
    document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { value: copied } }));
  });
})();
