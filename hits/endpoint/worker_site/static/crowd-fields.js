"use strict";
// Fields: a native control inside each, so that keyboard, screen reader and phone work as ever.
{
  const crowd = window.konkyoCrowd;
  const { make, element } = crowd;
  // Amazon's attribute → the native one.
  const CARRIED = {
    type: "type", placeholder: "placeholder", value: "value", "max-length": "maxlength",
    maxlength: "maxlength", "min-length": "minlength", minlength: "minlength", min: "min",
    max: "max", step: "step", rows: "rows", pattern: "pattern", disabled: "disabled",
    required: "required", checked: "checked", "auto-focus": "autofocus",
    autofocus: "autofocus", autocomplete: "autocomplete", inputmode: "inputmode",
  };

  const carry = (host, control, ...without) => {
    for (const [from, to] of Object.entries(CARRIED)) {
      if (host.hasAttribute(from) && !without.includes(from)) {
        control.setAttribute(to, host.getAttribute(from));
      }
    }
  };

  const spoken = (host, control) => {
    const said = ["aria-label", "label", "placeholder", "title", "name"];
    const name = said.map((from) => host.getAttribute(from)).find(Boolean);
    if (name) control.setAttribute("aria-label", name);
  };

  /**
   * A field with one native `control`. `answer` is what goes into the form's answers under `name`,
   * undefined if nothing does; `problem` says what is wrong with it, empty if nothing is.
   */
  class Field extends crowd.Element {
    static observedAttributes = ["disabled", "required", "checked", "value"];

    attributeChangedCallback(name, _old, value) {
      if (!this.control) return;
      if (name === "value") this.value = value ?? "";
      else this.control[name] = value !== null;
    }

    get name() {
      return this.getAttribute("name") ?? "";
    }

    get value() {
      return this.control ? this.control.value : (this.getAttribute("value") ?? "");
    }

    set value(value) {
      if (this.control) this.control.value = value;
      else this.setAttribute("value", value);
    }

    get disabled() {
      return this.hasAttribute("disabled");
    }

    set disabled(off) {
      this.toggleAttribute("disabled", Boolean(off));
    }

    get required() {
      return this.hasAttribute("required");
    }

    set required(on) {
      this.toggleAttribute("required", Boolean(on));
    }

    get problem() {
      if (!this.control || this.control.checkValidity()) return "";
      return this.getAttribute("error-message") || this.control.validationMessage;
    }

    checkValidity() {
      return this.problem === "";
    }

    validate() {
      return this.problem === "";
    }

    focus(options) {
      this.control?.focus(options);
    }
  }

  class TextField extends Field {
    build() {
      const tag = this.localName === "crowd-input" ? "input" : "textarea";
      this.control = make(tag, { className: "crowd-control" });
      carry(this, this.control);
      if (tag === "textarea") this.control.defaultValue = this.getAttribute("value") ?? "";
      const words = this.getAttribute("label");
      const label = make("label", { className: "crowd-part crowd-label" }, words ?? "");
      if (!words) spoken(this, this.control);
      label.append(this.control);
      this.prepend(label);
      if (this.hasAttribute("char-counter")) this.#count(label);
      this.#filter();
    }

    // An allowed-pattern speaks of single characters: those that do not match cannot be typed.
    #filter() {
      const pattern = this.getAttribute("allowed-pattern");
      if (!pattern || !this.hasAttribute("auto-validate")) return;
      const allowed = new RegExp(pattern, "u");
      this.control.addEventListener("input", () => {
        const kept = [...this.control.value].filter((character) => allowed.test(character)).join("");
        if (kept !== this.control.value) this.control.value = kept;
      });
    }

    #count(label) {
      const counter = make("span", { className: "crowd-count", ariaHidden: "true" });
      const tell = () => (counter.textContent = String(this.control.value.length));
      this.control.addEventListener("input", tell);
      label.append(counter);
      tell();
    }

    // A field left empty does not appear in the answers at all.
    get answer() {
      return this.value === "" ? undefined : this.value;
    }
  }

  class Slider extends Field {
    build() {
      this.control = make("input", { type: "range", className: "crowd-control" });
      carry(this, this.control, "required", "value", "type");
      const start = this.getAttribute("value") ?? this.getAttribute("min") ?? "0";
      this.control.setAttribute("value", start);
      spoken(this, this.control);
      this.shown = make("output", { className: "crowd-value", ariaHidden: "true" });
      const row = make("div", { className: "crowd-part crowd-slide" }, this.control, this.shown);
      this.prepend(row);
      this.moved = this.hasAttribute("value");
      for (const kind of ["input", "pointerdown", "keydown"]) {
        this.control.addEventListener(kind, (event) => {
          if (event.key !== "Tab") this.#tell(true);
        });
      }
      this.#tell(this.moved);
    }

    #tell(moved) {
      this.moved = moved;
      this.shown.textContent = moved || !this.required ? this.control.value : "–";
    }

    get value() {
      return this.control ? Number(this.control.value) : Number(this.getAttribute("value"));
    }

    set value(value) {
      super.value = value;
      if (this.control) this.#tell(true);
    }

    reset() {
      this.#tell(this.hasAttribute("value"));
    }

    get answer() {
      return this.value;
    }

    get problem() {
      return this.required && !this.moved ? "Move the slider to your answer." : "";
    }
  }

  Object.assign(crowd, { Field, carry, spoken });
  element("crowd-input", TextField);
  element("crowd-text-area", class extends TextField {});
  element("crowd-slider", Slider);
}
