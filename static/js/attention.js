// Says outside of the page that somebody has written: the tab's title always, the system's notifications where they were
// asked for.
//
// #nav-unread has the number. A notification comes only while the page is hidden, and one takes the place of the one before.
// [data-notify] switches them on and off, for this browser alone.
(() => {
  "use strict";

  const KEPT = "switchboard-notify";
  const number = () => document.getElementById("nav-unread")?.dataset.unread ?? "";
  let last = Number(number());

  const title = () => {
    const plain = document.title.replace(/^\(\d+\+?\) /, "");
    const unread = number();
    const wanted = unread && unread !== "0" ? `(${unread}) ${plain}` : plain;
    if (document.title !== wanted) document.title = wanted;
  };

  // ---- Notifications ----------------------------------------------------------------------------------------------------

  const isPossible = "Notification" in window && window.isSecureContext;
  const isOn = () => isPossible && Notification.permission === "granted" && localStorage.getItem(KEPT) === "on";

  const notify = () => {
    const unread = document.getElementById("nav-unread");
    const said = unread?.querySelector(".visually-hidden")?.textContent;
    if (!said) return;
    const note = new Notification("Switchboard", { body: said, tag: KEPT, renotify: true });
    note.addEventListener("click", () => {
      window.focus();
      note.close();
      document.querySelector('.app a[href="/inbox"]')?.click();
    });
  };

  const show = () => {
    for (const box of document.querySelectorAll("[data-notify]")) {
      const isDenied = isPossible && Notification.permission === "denied";
      box.hidden = !isPossible;
      for (const part of box.querySelectorAll("[data-when]")) {
        part.hidden = part.dataset.when !== (isDenied ? "denied" : isOn() ? "on" : "off");
      }
    }
  };

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-notify] button");
    if (!button) return;
    const wanted = button.closest("[data-when]").dataset.when === "off";
    if (wanted) await Notification.requestPermission();
    localStorage.setItem(KEPT, wanted ? "on" : "off");
    show();
    document.querySelector("[data-notify] [data-when]:not([hidden]) button")?.focus();
  });

  const look = () => {
    title();
    show();
    const now = Number.parseInt(number(), 10) || 0;
    if (now > last && document.hidden && isOn()) notify();
    last = now;
  };
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("DOMContentLoaded", look);
  // Another page's title comes after its content.
  new MutationObserver(title).observe(document.head, { childList: true, subtree: true, characterData: true });
  look();
})();
