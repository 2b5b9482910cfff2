"use strict";
// Added to every task page: fills in the assignment's id where a template waits for it, and tells
// the page around it how tall the task is.
(() => {
  const given = new URLSearchParams(location.search);
  for (const field of document.querySelectorAll("input[name=assignmentId]")) {
    if (!field.value) field.value = given.get("assignmentId") || "";
  }
  for (const field of document.querySelectorAll("input[type=file]")) {
    if (field.form && field.form.method === "post") field.form.enctype = "multipart/form-data";
  }
  if (window.parent === window) return;
  const tell = () => {
    const height = document.documentElement.getBoundingClientRect().height;
    window.parent.postMessage({ konkyo: "height", height: height + 2 }, "*");
  };
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
})();
