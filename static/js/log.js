// The message log stays at the newest message for a reader who is there, and stays put for one who reads above.
//
// The log is a reversed column, so browsers keep both by themselves while nothing is replaced; this holds it over swaps,
// goes down after one's own message, and shows button[data-log-jump] when there is something new below. A log that ends
// before the newest message shows nothing of that: there the button leads on to the page that does, as [data-log-end].
(() => {
  "use strict";

  const NEAR = 40;
  const logs = () => document.querySelectorAll(".log");
  // In a reversed column scrollTop is 0 at the end and negative above it.
  const atEnd = (log) => Math.abs(log.scrollTop) < NEAR;
  const jumpOf = (log) => log.parentElement.querySelector("[data-log-jump]");
  const wayOn = (log) => log.querySelector("[data-log-end]");
  const toEnd = (log) => {
    log.scrollTop = 0;
    if (!wayOn(log)) jumpOf(log)?.setAttribute("hidden", "");
  };

  let before = new Map();

  document.addEventListener("htmx:before:swap", () => {
    before = new Map(
      [...logs()].map((log) => [
        log.id,
        { end: atEnd(log), last: lastOf(log), beyond: beyond(log), top: log.scrollTop, height: log.scrollHeight },
      ]),
    );
  });

  const lastOf = (log) => log.firstElementChild?.lastElementChild?.id ?? "";
  // The newest message, which this log ends before.
  const beyond = (log) => log.querySelector("[data-newest]")?.dataset.newest;

  document.addEventListener("htmx:after:swap", (event) => {
    const sent = event.detail.ctx.sourceElement?.closest?.("form[data-composer]") != null;
    for (const log of logs()) {
      const was = before.get(log.id);
      if (!was) continue;
      if (was.beyond && beyond(log) && beyond(log) !== was.beyond) jumpOf(log)?.removeAttribute("hidden");
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
    if (!log) return;
    toEnd(log);
    wayOn(log)?.click();
  });
  document.addEventListener(
    "scroll",
    (event) => {
      const log = event.target;
      if (log.matches?.(".log") && atEnd(log) && !wayOn(log)) jumpOf(log)?.setAttribute("hidden", "");
    },
    true,
  );
})();
