// Says outside of the page that somebody has written: the tab's title always, the system's notifications where they were
// asked for.
//
// #nav-unread has what is told: its number [data-told], as a title has it [data-title], and in words [data-words]. Operators
// are told of free customers, too, whom the badge does not count. A notification comes only while the page is hidden, and
// one takes the place of the one before; several hidden pages say the same number once. [data-notify] switches them on and
// off, for this browser alone.
(() => {
  "use strict";

  const KEPT = "switchboard-notify";
  const number = () => Number(document.getElementById("nav-unread")?.dataset.told ?? 0);
  let last = number();

  const title = () => {
    const plain = document.title.replace(/^\(\d+\+?\) /, "");
    // As the server writes it: beyond some number it says no more.
    const unread = document.getElementById("nav-unread")?.dataset.title;
    const wanted = unread ? `(${unread}) ${plain}` : plain;
    if (document.title !== wanted) document.title = wanted;
  };

  // ---- Notifications ----------------------------------------------------------------------------------------------------

  // Chrome on Android has them for service workers alone: it grants the permission, and refuses each notification. What a
  // browser has refused once it is not asked again.
  const REFUSED = "refused";
  const isPossible = () => "Notification" in window && window.isSecureContext && localStorage.getItem(KEPT) !== REFUSED;
  const isOn = () => isPossible() && Notification.permission === "granted" && localStorage.getItem(KEPT) === "on";

  let note = null;
  const notify = () => {
    const said = document.getElementById("nav-unread")?.dataset.words;
    if (!said) return;
    note?.close();
    try {
      // Of pages that say the same number the second takes the place of the first, without another sound.
      note = new Notification("Switchboard", { body: said, tag: `${KEPT}-${last}` });
    } catch {
      localStorage.setItem(KEPT, REFUSED);
      show();
      return;
    }
    const own = note;
    own.addEventListener("click", () => {
      window.focus();
      own.close();
      document.querySelector('.app a[href="/inbox"]')?.click();
    });
  };

  const show = () => {
    for (const box of document.querySelectorAll("[data-notify]")) {
      box.hidden = !isPossible();
      if (box.hidden) continue;
      const isDenied = Notification.permission === "denied";
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
    const [before, now] = [last, number()];
    last = now;
    if (now > before && document.hidden && isOn()) notify();
    // Somebody reads: the same number would be news the next time.
    if (now < before) note?.close();
  };
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("DOMContentLoaded", look);
  // Another page's title comes after its content.
  new MutationObserver(title).observe(document.head, { childList: true, subtree: true, characterData: true });
  look();
})();
