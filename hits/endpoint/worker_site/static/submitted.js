"use strict";
// The answer to a submission, inside the frame: tells the page around it how tall it is, and, if
// the answer was taken, to move on.
{
  const tell = (message) => window.top.postMessage(message, "*");
  const height = document.documentElement.getBoundingClientRect().height;
  tell({ konkyo: "height", height: height + 2 });
  const outcome = document.querySelector("main").dataset.outcome;
  if (outcome === "submitted" || outcome === "already-submitted") tell({ konkyo: "submitted" });
}
