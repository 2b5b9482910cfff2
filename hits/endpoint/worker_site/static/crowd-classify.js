"use strict";
// The classifiers: what to judge, a list of categories, instructions beside it.
{
  const crowd = window.konkyoCrowd;
  const { make, fresh, region, element } = crowd;

  /** A JSON list of strings; Amazon's examples write it with single quotes, which JSON forbids. */
  const listed = (text) => {
    try {
      return JSON.parse(text).map(String);
    } catch {
      const quoted = text.matchAll(/(["'])((?:\\.|(?!\1)[^\\])*)\1/g);
      return [...quoted].map((found) => found[2].replace(/\\(.)/g, "$1"));
    }
  };

  /** The text and value of `{ text: 'None', value: 'none' }`, which is not JSON either. */
  const exclusion = (text) => {
    const part = (name) => new RegExp(`${name}["']?\\s*:\\s*(["'])(.*?)\\1`).exec(text)?.[2];
    const shown = part("text");
    return shown ? [{ text: shown, value: part("value") ?? shown, alone: true }] : [];
  };

  class Classifier extends crowd.Field {
    build() {
      const asked = make("div", { className: "crowd-asked" });
      const aside = this.#instructions();
      const header = this.getAttribute("header");
      if (header) asked.append(make("h2", { textContent: header }));
      const layout = make("div", { className: "crowd-layout crowd-part" }, ...aside, asked);
      asked.append(this.#target(), this.#categories(header));
      this.append(layout);
    }

    #target() {
      const target = make("div", { className: "crowd-target crowd-slot" });
      const source = this.getAttribute("src");
      if (source) {
        const missing = make("p", { className: "crowd-notice" }, "The picture could not be loaded.");
        const picture = make("img", { src: source, alt: "The picture to classify" });
        picture.addEventListener("error", () => picture.replaceWith(missing));
        target.append(picture);
      }
      target.append(...this.childNodes);
      return target;
    }

    #instructions() {
      const [short, full] = ["short", "full"].map((size) => region(this, `${size}-instructions`));
      if (!short && !full) return [];
      const aside = make("aside", { className: "crowd-aside", ariaLabel: "Instructions" });
      if (short) aside.append(short);
      if (full) aside.append(...this.#full(full));
      return [aside];
    }

    #full(full) {
      const title = full.getAttribute("header") || "Full instructions";
      const { dialog, body, show } = crowd.dialog(title);
      body.append(make("h2", { textContent: title }), full);
      const open = make("button", { type: "button" }, "View full instructions");
      open.addEventListener("click", () => show(open));
      return [open, dialog];
    }

    #categories(header) {
      const words = listed(this.getAttribute("categories") ?? "[]");
      const choices = words.map((word) => ({ text: word, value: word, alone: false }));
      if (this.many) choices.push(...exclusion(this.getAttribute("exclusion-category") ?? ""));
      const name = fresh("categories");
      this.options = choices.map((choice, place) => this.#option(choice, place, name));
      this.control = this.options[0];
      const box = make("fieldset", { className: "crowd-categories" });
      box.append(make("legend", {}, this.many ? "Choose all that fit" : "Choose one"));
      box.append(...this.options.map((option) => option.parentElement));
      if (header) box.setAttribute("aria-label", header);
      if (!choices.length) {
        box.append(make("p", { className: "crowd-notice" }, "No categories could be read."));
      }
      return box;
    }

    #option({ text, value, alone }, place, name) {
      const input = make("input", { type: this.many ? "checkbox" : "radio", className: "crowd-control" });
      Object.assign(input, { name, value, alone, disabled: this.disabled });
      const label = make("label", { className: "crowd-choice crowd-category" }, input);
      label.append(make("span", { className: "crowd-text" }, text));
      if (place < 9) {
        label.append(make("kbd", { ariaHidden: "true" }, String(place + 1)));
        input.setAttribute("aria-keyshortcuts", String(place + 1));
      }
      input.addEventListener("change", () => this.#exclude(input));
      return input;
    }

    // "None of these" and any of these cannot both be chosen.
    #exclude(chosen) {
      if (!this.many || !chosen.checked) return;
      for (const option of this.options) {
        if (option.alone !== chosen.alone) option.checked = false;
      }
    }

    /** Choose by number, as its key does. */
    press(place) {
      const option = this.options?.[place];
      option?.focus();
      option?.click();
    }

    get many() {
      return this.localName.endsWith("-multi-select");
    }

    get chosen() {
      return (this.options ?? []).filter((option) => option.checked).map((option) => option.value);
    }

    get value() {
      return this.many ? { labels: this.chosen } : { label: this.chosen[0] };
    }

    set value(value) {
      const wanted = [value?.labels ?? value?.label ?? value].flat();
      for (const option of this.options ?? []) option.checked = wanted.includes(option.value);
    }

    get answer() {
      return this.chosen.length ? this.value : undefined;
    }

    // The original lets nobody go on without a choice, whether or not it says `required`.
    get problem() {
      if (this.chosen.length || this.disabled) return "";
      return this.many ? "Choose at least one category." : "Choose a category.";
    }
  }

  // 1 to 9 choose, unless the worker is typing or has a dialog open. Of several classifiers the one
  // with the focus is meant.
  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
    if (event.target.closest?.(typing) || document.querySelector("dialog[open]")) return;
    const all = [...document.querySelectorAll("*")].filter((one) => one instanceof Classifier);
    const meant = all.length === 1 ? all[0] : all.find((one) => one.contains(event.target));
    meant?.press(Number(event.key) - 1);
  });

  element("crowd-classifier", Classifier);
  element("crowd-classifier-multi-select", class extends Classifier {});
  element("crowd-image-classifier", class extends Classifier {});
  element("crowd-image-classifier-multi-select", class extends Classifier {});
}
