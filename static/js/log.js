// The message log stays at the newest message for a reader who is there, and stays put for one who reads above.
//
// The log is a reversed column, so browsers keep both by themselves while nothing is replaced; this holds it over swaps,
// goes down after one's own message, and shows button[data-log-jump] when there is something new below.
(() => {
  "use strict";

  const NEAR = 40;
  const logs = () => document.querySelectorAll(".log");
  // In a reversed column scrollTop is 0 at the end and negative above it.
  const atEnd = (log) => Math.abs(log.scrollTop) < NEAR;
  const jumpOf = (log) => log.parentElement.querySelector("[data-log-jump]");
  const toEnd = (log) => {
    log.scrollTop = 0;
    jumpOf(log)?.setAttribute("hidden", "");
  };

  let before = new Map();

  document.addEventListener("htmx:before:swap", () => {
    before = new Map(
      [...logs()].map((log) => [log.id, { end: atEnd(log), last: lastOf(log), top: log.scrollTop, height: log.scrollHeight }]),
    );
  });

  const lastOf = (log) => log.firstElementChild?.lastElementChild?.id ?? "";

  document.addEventListener("htmx:after:swap", (event) => {
    const sent = event.detail.ctx.sourceElement?.closest?.("form[data-composer]") != null;
    for (const log of logs()) {
      const was = before.get(log.id);
      if (!was) continue;
      if (was.end || sent) {
        toEnd(log);
        continue;
      }
      const isNew = lastOf(log) !== was.last;
      // What grew at the end moves what one reads; what grew above does not.
      log.scrollTop = was.top - (isNew ? log.scrollHeight - was.height : 0);
      if (isNew) jumpOf(log)?.removeAttribute("hidden");
    }
  });

  document.addEventListener("click", (event) => {
    const jump = event.target.closest("[data-log-jump]");
    const log = jump?.parentElement.querySelector(".log");
    if (log) toEnd(log);
  });
  document.addEventListener(
    "scroll",
    (event) => {
      if (event.target.matches?.(".log") && atEnd(event.target)) jumpOf(event.target)?.setAttribute("hidden", "");
    },
    true,
  );
})();
