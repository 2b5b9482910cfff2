"use strict";
// The answers of a form, in the shape that Amazon's elements give.
//
// As its public description has it: text by name, left out where nothing was written; a checkbox, a
// toggle or a radio button {name: {value: true or false}}, those of one name together in one object;
// a classifier {name: {label}} or {name: {labels}}; a slider, a number.
//
// Not described anywhere, so ours: native controls answer as the element like them does, but stay
// with "" where nothing was written; a select with `multiple` gives a list; fields of one name that
// are no objects give a list; a disabled field gives nothing.
{
  const crowd = window.konkyoCrowd;
  const NO_ANSWER = ["submit", "button", "reset", "image", "file"];

  const ofNative = (field) => {
    if (field instanceof HTMLTextAreaElement) return field.value;
    if (field instanceof HTMLSelectElement) {
      return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
    }
    if (!(field instanceof HTMLInputElement) || NO_ANSWER.includes(field.type)) return undefined;
    const choice = field.type === "checkbox" || field.type === "radio";
    return choice ? { [field.value]: field.checked } : field.value;
  };

  const isObject = (given) => typeof given === "object" && !Array.isArray(given);

  const put = (answers, name, given) => {
    if (!(name in answers)) answers[name] = given;
    else if (isObject(answers[name]) && isObject(given)) Object.assign(answers[name], given);
    else answers[name] = [answers[name], given].flat();
  };

  /** Name → answer, of every field in `root` but those in the rows of a crowd-array further in. */
  crowd.collect = (root) => {
    const answers = Object.create(null);
    const around = root.closest("crowd-array");
    for (const field of root.querySelectorAll("[name]:not(.crowd-control, :disabled)")) {
      const name = field.getAttribute("name");
      if (!name || name === "assignmentId" || field.hasAttribute("disabled")) continue;
      if (field.parentElement.closest("crowd-array") !== around) continue;
      const given = field instanceof crowd.Element ? field.answer : ofNative(field);
      if (given !== undefined) put(answers, name, given);
    }
    return answers;
  };

  /** One [path, text] for each leaf, as `answer-format="flatten-objects"` asks: "area.north". */
  crowd.flatten = (answers, path = "") =>
    Object.entries(answers).flatMap(([name, given]) => {
      const here = path ? `${path}.${name}` : name;
      if (isObject(given)) return crowd.flatten(given, here);
      return [[here, typeof given === "string" ? given : JSON.stringify(given)]];
    });
}
