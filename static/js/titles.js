// A name that is cut short says all of itself under the pointer.
(() => {
  "use strict";

  document.addEventListener("pointerover", ({ target }) => {
    const cut = target.closest?.("bdi, .trunc");
    const isCut = cut && (cut.scrollWidth > cut.clientWidth || (cut.closest("h2") && cut.scrollHeight > cut.clientHeight + 2));
    if (isCut && !cut.closest("[title]")) cut.title = cut.textContent.trim();
  });
})();
