"use strict";
// A page whose counts stay current: asks for itself every few seconds while it is looked at.
{
  const PERIOD_MS = 5000;
  const renew = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, current] = [document, page].map((one) => one.querySelector("[data-live]"));
    // What has the focus stays as it is until the next time.
    if (current && !old.contains(document.activeElement)) old.replaceWith(current);
  };
  // A server that is away for a moment is asked again.
  setInterval(() => renew().catch(() => {}), PERIOD_MS);
}
