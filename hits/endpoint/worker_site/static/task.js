"use strict";
// The page around a task. The frame has an opaque origin: it cannot store anything and cannot move
// this page, so it asks by postMessage. Only messages from our own frame's window are heard.

const main = document.querySelector("main");
const frame = document.querySelector("iframe[data-task]");
const assignment = main.dataset.assignmentId;
const after = main.dataset.after || (assignment && `/assignments/${assignment}`);
const drawer = `konkyo:${assignment}`;
const MOST_SAVED = 1048576;

const does = {
  ready() {
    const data = assignment ? sessionStorage.getItem(drawer) : null;
    frame.contentWindow.postMessage({ konkyo: "restore", data }, "*");
  },
  autosave(message) {
    if (assignment && typeof message.data === "string" && message.data.length <= MOST_SAVED) {
      try {
        sessionStorage.setItem(drawer, message.data);
      } catch {
        // The browser's store is full or closed: the task goes on without it.
      }
    }
  },
  height(message) {
    if (frame.dataset.height === "0" && message.height > 0) {
      frame.style.height = `${Math.min(Math.ceil(message.height), 20000)}px`;
    }
  },
  submitted() {
    sessionStorage.removeItem(drawer);
    if (after) location.assign(after);
  },
};

window.addEventListener("message", (event) => {
  const kind = event.data && event.data.konkyo;
  if (event.source === frame.contentWindow && Object.hasOwn(does, kind)) {
    does[kind](event.data);
  }
});

const countdown = document.querySelector("[data-countdown]");
if (countdown) {
  const end = performance.now() + 1000 * Number(main.dataset.remainingSeconds);
  const announce = document.querySelector("[data-announce]");
  const words = (seconds) => {
    const parts = [];
    for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]]) {
      const count = Math.floor(seconds / size);
      seconds -= count * size;
      if (count) parts.push(`${count} ${unit}`);
      else if (parts.length) break;
    }
    return parts.slice(0, 2).join(" ") || "0 s";
  };
  const show = () => {
    const seconds = Math.max(0, Math.floor((end - performance.now()) / 1000));
    // Seconds are shown only when they matter: a running number draws the eye from the task.
    const shown = seconds > 120 ? seconds - (seconds % 60) : seconds;
    countdown.textContent = seconds ? `${words(shown)} left` : "Time is over";
    countdown.classList.toggle("soon", seconds <= 120);
    if (seconds === 120) announce.textContent = "Two minutes left.";
    if (seconds === 0) clearInterval(timer);
  };
  const timer = setInterval(show, 1000);
  show();
}
