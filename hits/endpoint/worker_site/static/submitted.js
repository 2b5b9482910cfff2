"use strict";
// The answer to a submission, inside the frame: lets the page around it move on.
{
  const outcome = document.querySelector("main").dataset.outcome;
  if (outcome === "submitted" || outcome === "already-submitted") {
    window.top.postMessage({ konkyo: "submitted" }, "*");
  }
}
