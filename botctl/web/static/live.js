// Live pages: one stream of events; each event renews the line at the head and the page's live part.
// Without this script every page works by its links.
"use strict";

(() => {
  const link = document.getElementById("link");
  const JITTER_MS = 400; // so that many open pages do not all ask at once
  let due = null;

  const say = (state, text) => {
    link.dataset.state = state;
    link.textContent = text;
  };

  const pill = (id, text, tone) => {
    const shown = document.getElementById(id);
    shown.textContent = text;
    shown.className = `pill ${tone}`;
  };

  const busy = () => {
    const at = document.activeElement;
    return at !== null && at.closest("[data-live]") !== null && at.matches("input, select, textarea");
  };

  const renew = async () => {
    due = null;
    const part = document.querySelector("[data-live]");
    if (part === null || busy()) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected) {
      location.assign(answer.url); // the session is over
      return;
    }
    if (!answer.ok) return; // the next event tries again
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    const current = document.querySelector("[data-live]");
    if (fresh === null || current === null) return;
    current.replaceWith(document.adoptNode(fresh));
    const seen = page.querySelector("footer");
    if (seen !== null) document.querySelector("footer").textContent = seen.textContent;
  };

  const soon = () => {
    if (due !== null || document.hidden) return;
    due = setTimeout(() => renew().catch(() => say("off", "not live")), Math.random() * JITTER_MS);
  };

  const heard = (event) => {
    const told = JSON.parse(event.data);
    if (told.trouble) {
      say("off", told.trouble);
      return;
    }
    say("on", "live");
    pill("bar-state", told.state, told.state_tone);
    pill("bar-permission", told.permission, told.permission_tone);
    soon();
  };

  const stream = new EventSource("/events");
  stream.addEventListener("open", () => say("on", "live"));
  stream.addEventListener("message", heard);
  stream.addEventListener("error", () => say("off", "reconnecting"));
  document.addEventListener("visibilitychange", soon);
})();
