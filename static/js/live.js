// Keeps the page equal to a fresh load: one event stream a page, whose events tell the regions to fetch themselves again.
//
// An element with data-live="/live?…" names the stream. Its events carry names only; each becomes `live:<name>` on <body>, which a
// region hears with hx-trigger="live:chat from:body, live:sync from:body". The server sends `sync` first on each stream.
// A region that refreshes so carries data-region: then a failed refresh is repeated, quietly, until it succeeds.
(() => {
  "use strict";

  const EVENTS = ["inbox", "chat", "counts", "presence", "blacklist", "exports", "sync", "beat"];
  const FIRST_WAIT = 1000;
  const LONGEST_WAIT = 30000;
  const QUIET_LOSS = 4000;
  // The server says something every 15 seconds.
  const SILENCE = 40000;

  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("switchboard-live") : null;
  let stream = null;
  let address = "";
  let lastId = "";
  let wait = FIRST_WAIT;
  let reopening = 0;
  let losing = 0;
  let listening = 0;

  const wanted = () => document.querySelector("[data-live]")?.dataset.live ?? "";
  const fire = (name) => document.body.dispatchEvent(new CustomEvent("live:" + name, { bubbles: true }));

  const banner = (lost) => {
    const show = () => document.getElementById("connection")?.toggleAttribute("hidden", !lost);
    if (lost) {
      // Each further failure counts from the first.
      losing ||= setTimeout(show, QUIET_LOSS);
      return;
    }
    clearTimeout(losing);
    losing = 0;
    show();
  };

  // The session is over. What is on the page stays: somebody may be writing, also in a dialog, which covers all else.
  const signedOut = (is) => {
    const told = document.getElementById("signed-out");
    if (!told) return;
    const place = (is && document.querySelector("dialog:modal")) || document.body;
    if (told.parentElement !== place) place.append(told);
    told.hidden = !is;
    if (!is) return;
    close();
    banner(false);
  };

  const close = () => {
    clearTimeout(reopening);
    clearTimeout(listening);
    stream?.close();
    stream = null;
  };

  // A stream that was refused does not say why.
  const askWhetherSignedOut = () =>
    fetch("/shell/unread", { headers: { "HX-Request": "true" } })
      .then(({ status }) => status === 401 && signedOut(true))
      .catch(() => {});

  // A way that keeps the connection and lets nothing through says nothing of it.
  const heard = () => {
    clearTimeout(listening);
    listening = setTimeout(() => {
      banner(true);
      open();
    }, SILENCE);
  };

  const open = () => {
    close();
    address = wanted();
    if (!address) return;
    const url = new URL(address, location.href);
    if (lastId) url.searchParams.set("since", lastId);
    stream = new EventSource(url);
    heard();
    stream.onopen = () => {
      heard();
      wait = FIRST_WAIT;
      banner(false);
      signedOut(false);
    };
    for (const name of EVENTS) {
      stream.addEventListener(name, (event) => {
        lastId = event.lastEventId || lastId;
        heard();
        fire(name);
      });
    }
    stream.onerror = () => {
      banner(true);
      // The browser retries by itself, save when the server answered with something else than a stream.
      if (stream?.readyState !== EventSource.CLOSED) return;
      askWhetherSignedOut();
      reopening = setTimeout(open, wait * (0.7 + 0.6 * Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
    // Browsers allow six connections to a server over HTTP/1.1, so a hidden tab gives its stream up to the visible one.
    if (!document.hidden) tabs?.postMessage("mine");
  };

  if (tabs) {
    tabs.onmessage = () => {
      if (document.hidden) close();
    };
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (!stream) open();
    else tabs?.postMessage("mine");
  });

  // The server sends whoever is signed out to the sign-in page. Only what somebody does themselves may take the page away.
  document.addEventListener("htmx:before:response", (event) => {
    const { response, request, sourceEvent } = event.detail.ctx;
    if (response?.status !== 401) {
      // Signed in again, in another tab.
      if (response?.status < 400 && document.getElementById("signed-out")?.hidden === false) {
        signedOut(false);
        open();
      }
      return;
    }
    // Whoever sends a form stays with what they have typed: signed in again in another tab, they send it once more.
    if (!sourceEvent?.type || (sourceEvent.type === "click" && !request?.form)) return;
    event.preventDefault();
    signedOut(true);
  });

  // What the page is about has gone, or is not theirs to see any more: nor is what the page still shows of it. Words that
  // are half written stay, to be copied.
  const gone = (region) => {
    document.getElementById("gone")?.removeAttribute("hidden");
    const words = [...region.querySelectorAll("form[data-draft] textarea")];
    if (!words.some((textarea) => textarea.value.trim())) region.replaceChildren();
  };

  // A refresh that failed leaves its region stale: ask again, ever less often, and at once when the network is back.
  let retry = 0;
  let retryWait = FIRST_WAIT;
  const refreshFailed = (event) => {
    if (!event.target.closest?.("[data-region]")) return;
    // What the server refuses it will refuse again; what failed on the way or in the server may pass.
    const status = event.detail.ctx?.response?.status ?? 503;
    if (status === 404 && event.target.matches("#main [data-region]")) gone(event.target);
    if (status < 500 && ![408, 429].includes(status)) return;
    clearTimeout(retry);
    retry = setTimeout(() => fire("sync"), retryWait);
    retryWait = Math.min(retryWait * 2, LONGEST_WAIT);
  };
  document.addEventListener("htmx:error", refreshFailed);
  document.addEventListener("htmx:response:error", refreshFailed);
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.response?.status >= 400) return;
    retryWait = FIRST_WAIT;
    if (ctx.target?.id === "app" || ctx.target === document.body) document.getElementById("gone")?.setAttribute("hidden", "");
    // Another page may have come into the same document.
    if (wanted() !== address) {
      lastId = "";
      open();
    }
  });

  document.addEventListener("click", (event) => {
    // Back to where one is by then.
    const link = event.target.closest("#signed-out a");
    if (link) link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  });

  // A stream that seems to have outlived the loss may be dead: a new one says so at once. A hidden tab that has given its own up
  // opens one when it is looked at.
  addEventListener("online", () => {
    wait = FIRST_WAIT;
    if (document.hidden && !stream) return;
    open();
    fire("sync");
  });
  addEventListener("offline", () => banner(true));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });

  if (!document.hidden) open();
})();
