"use strict";
// Choices: checkbox, toggle, radio buttons and their group.
{
  const crowd = window.konkyoCrowd;
  const { make, fresh, element, carry, spoken } = crowd;

  /** Checkbox, toggle and radio button: `{value: true or false}`, the value being "on" if not given. */
  class Choice extends crowd.Field {
    static observedAttributes = ["disabled", "required", "checked"];

    build() {
      // Templates copied from a rendered page bring what the original writes there.
      for (const left of ["role", "tabindex", "aria-checked"]) this.removeAttribute(left);
      this.control = make("input", { type: this.kind, className: "crowd-control" });
      carry(this, this.control, "type", "value");
      const text = make("span", { className: "crowd-text" });
      const label = make("label", { className: "crowd-choice" }, this.control, text);
      this.enclose(label, text);
      if (!text.textContent.trim()) {
        text.append(this.getAttribute("label") ?? "");
        if (!text.textContent) spoken(this, this.control);
      }
    }

    get kind() {
      return "checkbox";
    }

    get value() {
      return this.getAttribute("value") ?? "on";
    }

    set value(value) {
      if (this.getAttribute("value") !== value) this.setAttribute("value", value);
    }

    get checked() {
      return this.control ? this.control.checked : this.hasAttribute("checked");
    }

    set checked(on) {
      if (this.control) this.control.checked = Boolean(on);
      else this.toggleAttribute("checked", Boolean(on));
    }

    get answer() {
      return { [this.value]: this.checked };
    }
  }

  class Toggle extends Choice {
    build() {
      super.build();
      this.control.setAttribute("role", "switch");
    }
  }

  class RadioButton extends Choice {
    get kind() {
      return "radio";
    }

    // One of a group, whatever the buttons' own names. Outside of a group each stands alone.
    build() {
      super.build();
      const group = this.closest("crowd-radio-group");
      if (group) group.dataset.crowdGroup ||= fresh("group");
      this.control.name = group ? group.dataset.crowdGroup : fresh("radio");
      this.control.required = false; // The group asks for it.
    }

    get problem() {
      const alone = !this.closest("crowd-radio-group");
      return alone && this.required && !this.checked ? "Choose this to go on." : "";
    }
  }

  /** Buttons without a name of their own answer under the name of the group. */
  class RadioGroup extends crowd.Field {
    build() {
      this.dataset.crowdGroup = fresh("group"); // Anew: this may be a clone of another group.
      this.setAttribute("role", "radiogroup");
      if (!this.hasAttribute("aria-label") && this.hasAttribute("label")) spoken(this, this);
    }

    get buttons() {
      return [...this.querySelectorAll("crowd-radio-button")];
    }

    get value() {
      return this.buttons.find((button) => button.checked)?.value;
    }

    set value(value) {
      for (const button of this.buttons) button.checked = button.value === value;
    }

    get answer() {
      const unnamed = this.buttons.filter((button) => !button.name && !button.disabled);
      const given = unnamed.map((button) => [button.value, button.checked]);
      return given.length ? Object.fromEntries(given) : undefined;
    }

    get problem() {
      const asked = this.required || this.buttons.some((button) => button.required);
      return asked && !this.buttons.some((button) => button.checked) ? "Choose one of these." : "";
    }

    focus() {
      this.buttons[0]?.focus();
    }
  }

  element("crowd-checkbox", Choice);
  element("crowd-toggle-button", Toggle);
  element("crowd-radio-group", RadioGroup);
  element("crowd-radio-button", RadioButton);
}
