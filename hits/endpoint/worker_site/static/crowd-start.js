"use strict";
// Defines the elements once the page is read, and says aloud what is not supported. A page with
// such an element is not sent: its answer would lack something that the requester asked for.
{
  const crowd = window.konkyoCrowd;
  const { make } = crowd;

  const fault = (one) => {
    const name = one.localName;
    if (name.startsWith("crowd-") && !crowd.elements.has(name)) {
      return `<${name}>: this element is not supported here.`;
    }
    const files = name === "crowd-input" && one.getAttribute("type") === "file";
    if (files || (one.matches("crowd-form input[type=file]") && !one.matches(".crowd-control"))) {
      return `<${name} type="file">: files in a <crowd-form> are not supported here.`;
    }
    if (one instanceof crowd.Field && one.name && !one.closest("crowd-form")) {
      return `<${name}> is not supported here outside of a <crowd-form>.`;
    }
    return "";
  };

  const look = (root) => {
    for (const one of [root, ...root.querySelectorAll("*")]) {
      const found = one.crowdFault ? "" : fault(one);
      if (!found) continue;
      one.crowdFault = found;
      one.before(make("p", { className: "crowd-notice", role: "alert" }, found));
      one.classList.add("crowd-unsupported");
    }
  };

  /** Why the page cannot be sent as it is, or nothing. */
  crowd.refused = () => {
    const faults = [...document.querySelectorAll(".crowd-unsupported")].map((one) => one.crowdFault);
    return faults.length ? `The answer cannot be sent. ${faults.join(" ")}` : "";
  };

  // The page goes dark with the browser only if the template has no colours of its own, which were
  // chosen for a white ground.
  const isPlain = () => {
    const styles = [...document.querySelectorAll("body style, head style")].map((one) => one.textContent);
    const own = [...document.querySelectorAll("[style]")].map((one) => one.getAttribute("style"));
    return !/color|background/i.test([...styles, ...own].join(" "));
  };

  const start = () => {
    document.documentElement.classList.toggle("crowd-plain", isPlain());
    const all = [...crowd.elements].sort(([a], [b]) => (b === "crowd-array") - (a === "crowd-array"));
    for (const [name, type] of all) customElements.define(name, type);
    look(document.body);
    new MutationObserver((changes) => {
      for (const added of changes.flatMap((change) => [...change.addedNodes])) {
        if (added instanceof Element) look(added);
      }
    }).observe(document.body, { childList: true, subtree: true });
    document.dispatchEvent(new CustomEvent("all-crowd-elements-ready", { bubbles: true }));
  };

  document.addEventListener("submit", (event) => {
    if (crowd.refused()) event.preventDefault();
  }, true);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
