"use strict";
// Stands in for Amazon's crowd-html-elements, so that templates written with <crowd-form> and its
// kin can be worked on without Amazon's script. Written from the public description of the
// elements. The parts are plain scripts, because a sandboxed page may load no modules:
//
//   crowd-base.js     the class below every element; what more than one part needs
//   crowd-fields.js   the class below every field; text and slider
//   crowd-choices.js  checkbox, toggle, radio buttons
//   crowd-classify.js the classifiers
//   crowd-panels.js   what only shows: cards, tabs, dialogs, alerts, instructions
//   crowd-answers.js  the answers of a form, in the shape that Amazon's elements give
//   crowd-form.js     the form, its check and its sending; repeated rows
//   crowd-start.js    what is not supported, said aloud; the definition of all elements
//
// As with the original, elements work once `all-crowd-elements-ready` has been fired on the document.
if (!window.konkyoCrowd) {
  window.konkyoCrowd = { elements: new Map() };
  const here = document.currentScript.src.replace(/crowd\.js.*$/, "");
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = `${here}crowd.css`;
  document.head.append(style);
  const parts = ["base", "fields", "choices", "classify", "panels", "answers", "form", "start"];
  for (const part of parts) {
    const script = document.createElement("script");
    script.async = false; // In this order.
    script.src = `${here}crowd-${part}.js`;
    document.head.append(script);
  }
}
