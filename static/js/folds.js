// Sections that were folded stay so: over refreshes of the customer's bar, and with the next customer.
//
// Of details.sec[id] the part of the id before its number names the section: sec-contact-12 is sec-contact.
(() => {
  "use strict";

  const KEY = "switchboard-folded";
  const kindOf = (section) => section.id.replace(/-\d+$/, "");
  const read = () => {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
    } catch {
      return new Set();
    }
  };
  const folded = read();

  const fold = () => {
    if (folded.size === 0) return;
    for (const section of document.querySelectorAll("details.sec[id]")) {
      if (folded.has(kindOf(section))) section.open = false;
    }
  };

  // Before it opens or closes; a refresh opens sections without a click.
  document.addEventListener("click", (event) => {
    const section = event.target.closest("summary")?.parentElement;
    if (!section?.matches("details.sec[id]")) return;
    if (section.open) folded.add(kindOf(section));
    else folded.delete(kindOf(section));
    try {
      sessionStorage.setItem(KEY, JSON.stringify([...folded]));
    } catch {
      // Without storage it holds until the next page.
    }
  });
  document.addEventListener("htmx:after:swap", fold);
  fold();
})();
