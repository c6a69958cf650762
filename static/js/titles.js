// A name that is cut short says all of itself under the pointer.
(() => {
  "use strict";

  document.addEventListener("pointerover", ({ target }) => {
    const cut = target.closest?.("bdi, .trunc");
    if (cut && !cut.closest("[title]") && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent.trim();
  });
})();
