// Counts down what is left of the time for free text: [data-until] holds the moment when it ends. When it is over the
// page's live regions look again, and the composer becomes another one.
(() => {
  "use strict";

  const EVERY = 10000;
  const said = (value, unit) =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short" }).format(value);

  const tick = () => {
    for (const left of document.querySelectorAll("[data-until]")) {
      const minutes = Math.ceil((Date.parse(left.dataset.until) - Date.now()) / 60000);
      if (minutes > 0) {
        const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
        const words = [hours > 0 && said(hours, "hour"), (hours === 0 || rest > 0) && said(rest, "minute")];
        left.textContent = words.filter(Boolean).join(" ");
      } else if (!left.dataset.over) {
        left.dataset.over = "1";
        document.body.dispatchEvent(new CustomEvent("live:chat"));
      }
    }
  };

  setInterval(tick, EVERY);
})();
