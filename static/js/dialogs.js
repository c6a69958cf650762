// Dialogs and menus: what the browser does not do by itself, or not yet.
//
// - <dialog data-open> opens as a modal dialog as soon as it is in the page (a form that came back with 422 stays open).
// - <button commandfor command="show-modal"> works in browsers that do not know it.
// - A dialog that was opened from a menu gives the focus back to the menu's button: the item is gone with the menu.
// - A menu closes with what was chosen from it.
// - <a data-close> inside a dialog closes it; without scripts it leads back to the page.
// - <div data-dialogs> is not fetched anew while one of its dialogs is open, so that nothing typed is lost; it hears
//   `dialog:closed` and asks then.
// - <div popover data-shared> is one menu for many rows, filled when it opens: until then it is empty, so that nobody
//   hits what belongs to another row. A right click on a row opens it, too; with Shift the browser's own menu comes.
// - A menu opens beside its button in browsers without anchor positioning; arrow keys walk through its items.
(() => {
  "use strict";

  const menuButtons = new WeakMap();
  const openers = new WeakMap();
  // The button of the menu from which a dialog is being fetched.
  let fetching = null;

  const openMarked = (root) => {
    for (const dialog of root.querySelectorAll("dialog[data-open]")) {
      if (dialog.open && !dialog.matches(":modal")) dialog.close();
      if (!dialog.open) dialog.showModal();
      // Once: whoever closes it has closed it, whatever comes into the page later.
      dialog.removeAttribute("data-open");
      if (fetching) openers.set(dialog, fetching);
      fetching = null;
    }
  };
  openMarked(document);
  document.addEventListener("htmx:after:swap", () => openMarked(document));

  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[commandfor]");
      const dialog = button && document.getElementById(button.getAttribute("commandfor"));
      if (!dialog || button.disabled) return;
      const command = button.getAttribute("command");
      if (command === "show-modal" && !dialog.open) dialog.showModal();
      if (command === "close" || command === "request-close") dialog.close(button.value);
    });
  }

  // What is chosen closes its menu: the next press of its button opens it again instead of closing what is left of it.
  document.addEventListener("submit", () => document.querySelector(".menu:popover-open")?.hidePopover());

  document.addEventListener(
    "click",
    (event) => {
      const fetched = event.target.closest(".menu[popover] a[hx-get]");
      if (fetched) fetching = menuButtons.get(fetched.closest(".menu[popover]"));
      const button = event.target.closest("button[popovertarget], button[commandfor]");
      const menu = button && document.getElementById(button.getAttribute("popovertarget"));
      if (menu) menuButtons.set(menu, button);
      const dialog = button && document.getElementById(button.getAttribute("commandfor"));
      if (dialog) openers.set(dialog, menuButtons.get(button.closest(".menu[popover]")));
    },
    true,
  );
  document.addEventListener(
    "close",
    (event) => {
      const active = document.activeElement;
      if (active && active !== document.body && active.checkVisibility()) return;
      openers.get(event.target)?.focus();
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("[data-close]")?.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const target = event.detail.ctx.target;
    if (target?.matches?.("[data-dialogs]") && target.querySelector("dialog[open]")) event.preventDefault();
  });
  document.addEventListener(
    "close",
    (event) => event.target.closest?.("[data-dialogs]")?.dispatchEvent(new CustomEvent("dialog:closed")),
    true,
  );

  document.addEventListener(
    "beforetoggle",
    (event) => {
      if (event.newState === "open" && event.target.matches?.("[popover][data-shared]")) event.target.replaceChildren();
    },
    true,
  );
  document.addEventListener("contextmenu", (event) => {
    const button = event.shiftKey ? null : event.target.closest(".cc")?.querySelector("[popovertarget]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  if (!CSS.supports("position-area: block-end")) {
    document.addEventListener(
      "toggle",
      (event) => {
        const menu = event.target;
        if (event.newState !== "open" || !menu.matches?.(".menu[popover]")) return;
        const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]:focus, [popovertarget="${CSS.escape(menu.id)}"]`);
        if (!button) return;
        const at = button.getBoundingClientRect();
        const size = menu.getBoundingClientRect();
        const fits = at.bottom + 4 + size.height <= innerHeight;
        const left = menu.classList.contains("menu-end") ? at.right - size.width : at.left;
        menu.style.inset = "auto";
        menu.style.top = `${Math.max(8, fits ? at.bottom : at.top - size.height - 8)}px`;
        menu.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
      },
      true,
    );
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (event.target.matches("input, textarea, select")) return;
    const opened = document.querySelector(".menu:popover-open");
    const menu = event.target.closest(".menu:popover-open") ?? (event.target.matches("[popovertarget]") ? opened : null);
    if (!menu) return;
    const items = [...menu.querySelectorAll("a[href], button:not([disabled]), input:not([disabled])")].filter((item) =>
      item.checkVisibility(),
    );
    const here = items.indexOf(event.target);
    const next = event.key === "ArrowDown" ? here + 1 : here < 0 ? items.length - 1 : here - 1;
    items.at(next % items.length)?.focus();
    event.preventDefault();
  });
})();
