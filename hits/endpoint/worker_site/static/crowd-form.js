"use strict";
// The form: it looks its fields over, lets the template have its say, and sends the answers.
{
  const crowd = window.konkyoCrowd;
  const { make, element } = crowd;
  const page = new URLSearchParams(location.search);
  const NO_ASSIGNMENT = "ASSIGNMENT_ID_NOT_AVAILABLE";
  const SUBMITS = "[form-action=submit], button[type=submit], input[type=submit]";

  class CrowdForm extends crowd.Element {
    build() {
      crowd.foldInstructions(this);
      if (!this.querySelector(SUBMITS)) this.append(this.#button());
      this.status = make("p", { className: "crowd-part crowd-status", id: crowd.fresh("status") });
      this.status.setAttribute("role", "status");
      this.append(this.status);
      this.addEventListener("click", (event) => this.#clicked(event));
      this.addEventListener("input", (event) => this.#unmark(event.target));
      if (this.isPreview) this.#lock();
    }

    get isPreview() {
      const assigned = page.get("assignmentId") || NO_ASSIGNMENT;
      return assigned === NO_ASSIGNMENT || !page.get("turkSubmitTo");
    }

    /** Ask for what is missing, fire `submit`, send: what a press of the button does. */
    submit() {
      if (this.sent || this.asking || this.isPreview || crowd.refused()) this.#decline();
      else if (this.checkValidity()) this.#ask();
    }

    #ask() {
      this.asking = true; // A hook that calls submit() itself is not asked again.
      const event = new SubmitEvent("submit", { bubbles: true, cancelable: true });
      const agreed = this.dispatchEvent(event);
      this.asking = false;
      if (agreed || this.insisted) this.#send();
    }

    requestSubmit() {
      this.submit();
    }

    /** Whether nothing is missing; what is, is marked, and the first of it gets the focus. */
    checkValidity() {
      for (const mark of this.querySelectorAll(".crowd-error")) mark.remove();
      const wrong = this.#fields().filter((field) => this.#mark(field));
      for (const field of this.#fields()) this.#tell(field, wrong.includes(field));
      if (wrong.length) {
        crowd.reveal(wrong[0]);
        wrong[0].focus();
      }
      const words = wrong.length === 1 ? "one answer needs" : `${wrong.length} answers need`;
      this.status.textContent = wrong.length ? `Not sent yet: ${words} another look.` : "";
      return wrong.length === 0;
    }

    reset() {
      for (const control of this.querySelectorAll("input, textarea, select")) {
        const option = (choice) => (choice.selected = choice.defaultSelected);
        if (control.localName === "select") [...control.options].forEach(option);
        else if (["checkbox", "radio"].includes(control.type)) control.checked = control.defaultChecked;
        else if (control.type !== "hidden") control.value = control.defaultValue;
      }
      for (const slider of this.querySelectorAll("crowd-slider")) slider.reset();
    }

    #fields() {
      const all = [...this.querySelectorAll("*")];
      const native = "input:not(.crowd-control), select, textarea:not(.crowd-control)";
      return all.filter((one) => one instanceof crowd.Field || one.matches(native));
    }

    #mark(field) {
      const native = !(field instanceof crowd.Field);
      if (native ? field.disabled : field.hasAttribute("disabled")) return false;
      const problem = native ? field.validationMessage : field.problem;
      if (!problem) return false;
      const mark = make("p", { className: "crowd-error", id: crowd.fresh("error") }, problem);
      ((native && field.closest("label")) || field).after(mark);
      (field.control ?? field).setAttribute("aria-describedby", mark.id);
      return true;
    }

    #tell(field, wrong) {
      const control = field.control ?? field;
      if (wrong) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }

    #unmark(target) {
      const field = this.#fields().find((one) => one.contains(target));
      const around = field?.closest("crowd-radio-group") ?? field;
      const mark = (around?.closest("label") ?? around)?.nextElementSibling;
      if (mark?.matches(".crowd-error")) mark.remove();
      if (around) this.#tell(around, false);
    }

    #clicked(event) {
      if (event.defaultPrevented) return;
      const asks = event.target.closest("[form-action], button, input[type=submit], input[type=reset]");
      if (!asks || asks.disabled || !this.contains(asks) || asks.form) return;
      const action = asks.getAttribute("form-action") ?? asks.type;
      if (action === "submit") this.submit();
      else if (action === "reset") this.reset();
    }

    #button() {
      const button = make("crowd-button", { className: "crowd-part" }, "Submit");
      button.setAttribute("form-action", "submit");
      button.setAttribute("variant", "primary");
      return button;
    }

    #lock() {
      this.status.textContent = "This is a preview. Accept the task to send an answer.";
      for (const button of this.querySelectorAll(SUBMITS)) {
        button.disabled = true;
        button.setAttribute("aria-describedby", this.status.id);
      }
    }

    #decline() {
      if (this.asking) this.insisted = true;
      else if (this.isPreview) this.#lock();
      else if (crowd.refused()) this.status.textContent = crowd.refused();
    }

    #send() {
      this.sent = true;
      const answers = crowd.collect(this);
      const flat = this.getAttribute("answer-format") === "flatten-objects";
      const fields = flat ? crowd.flatten(answers) : [["taskAnswers", JSON.stringify([answers])]];
      const action = `${page.get("turkSubmitTo")}/mturk/externalSubmit`;
      const form = make("form", { method: "post", action, hidden: true });
      for (const [name, value] of [["assignmentId", page.get("assignmentId")], ...fields]) {
        // A textarea keeps every line break; a text input's value would lose them.
        form.append(make("textarea", { name, value }));
      }
      document.body.append(form);
      // A field may be named "submit", which hides the method of that name.
      HTMLFormElement.prototype.submit.call(form);
    }
  }

  /**
   * Rows of fields that the worker adds and removes; the answer is a list with one object a row.
   * Amazon describes no such element.
   */
  class Rows extends crowd.Element {
    build() {
      this.pattern = document.createDocumentFragment();
      this.pattern.append(...this.childNodes);
      this.rows = make("div", { className: "crowd-rows" });
      this.more = make("button", { type: "button" }, "Add a row");
      this.more.addEventListener("click", () => this.add(true));
      this.append(make("div", { className: "crowd-part" }, this.rows, this.more));
      this.add(false);
    }

    add(focus) {
      const less = make("button", { type: "button", className: "crowd-quiet" }, "Remove this row");
      const row = make("fieldset", { className: "crowd-row" }, make("legend"));
      row.append(this.pattern.cloneNode(true), less);
      less.addEventListener("click", () => this.#drop(row));
      this.rows.append(row);
      this.#number();
      if (focus) row.querySelector("input, textarea, select")?.focus();
    }

    #drop(row) {
      row.remove();
      this.#number();
      this.more.focus();
    }

    #number() {
      for (const [place, row] of [...this.rows.children].entries()) {
        row.querySelector("legend").textContent = `Row ${place + 1}`;
      }
    }

    get answer() {
      return [...this.rows.children].map((row) => crowd.collect(row));
    }
  }

  // Rows first: what is repeated must be taken before it is built.
  element("crowd-array", Rows);
  element("crowd-form", CrowdForm);
}
