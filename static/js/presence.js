// Tells colleagues that this page looks at a customer: [data-presence] names the address.
//
// Only a visible page is here. It reads what it shows: [data-seen] is the customer's newest message in a log that goes up
// to its end, and is told once. What a colleague marks as unread after that stays so until the customer writes again.
(() => {
  "use strict";

  const EVERY = 25000;
  let address = "";
  // Whom the page has shown last, and up to which message it has said so.
  let of = "";
  let told = 0;

  const say = (doing, to = address, more = {}) => {
    if (!to) return;
    const body = new URLSearchParams({ doing, ...more });
    if (doing === "gone") return navigator.sendBeacon(to, body);
    const missed = () => {
      if (more.shown) told = Math.min(told, more.shown - 1);
    };
    fetch(to, { method: "POST", body, keepalive: true }).then(({ ok }) => ok || missed(), missed);
  };

  // Whether the customer has written something that is shown and not told yet.
  const unsaid = () => {
    const seen = Number(document.querySelector("#thread [data-seen]")?.dataset.seen ?? 0);
    return seen > told ? seen : 0;
  };
  const here = () => {
    if (!address) return;
    const shown = unsaid();
    if (shown) told = shown;
    say("here", address, shown ? { shown } : {});
  };

  const look = () => {
    const now = document.hidden ? "" : (document.querySelector("[data-presence]")?.dataset.presence ?? "");
    const comes = now !== address;
    if (comes) say("gone");
    address = now;
    if (!now) return;
    if (now !== of) [of, told] = [now, 0];
    if (comes || unsaid()) here();
  };

  look();
  setInterval(here, EVERY);
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  addEventListener("pagehide", () => {
    say("gone");
    address = "";
  });
})();
