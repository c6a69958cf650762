// Tells colleagues that this page looks at a customer: [data-presence] names the address.
//
// Only a visible page is here. What comes in while it is visible is read, so it says so again with each message.
(() => {
  "use strict";

  const EVERY = 25000;
  let address = "";

  const say = (doing, to = address, more = {}) => {
    if (!to) return;
    const body = new URLSearchParams({ doing, ...more });
    if (doing === "gone") navigator.sendBeacon(to, body);
    else fetch(to, { method: "POST", body, keepalive: true }).catch(() => {});
  };

  const look = () => {
    const now = document.hidden ? "" : (document.querySelector("[data-presence]")?.dataset.presence ?? "");
    if (now === address) return;
    say("gone");
    address = now;
    say("here");
  };

  look();
  // Nothing new is seen by that: what somebody has marked as unread stays so.
  setInterval(() => say("here", address, { still: "1" }), EVERY);
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("live:chat", () => say("here"));
  addEventListener("pageshow", look);
  addEventListener("pagehide", () => {
    say("gone");
    address = "";
  });
})();
