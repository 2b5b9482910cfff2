"use strict";
// The class below every crowd element, and what more than one part needs.
{
  const crowd = window.konkyoCrowd;
  let drawn = 0;

  /** An element with these properties and children. */
  crowd.make = (tag, properties = {}, ...children) => {
    const { attributes = {}, ...rest } = properties;
    const made = Object.assign(document.createElement(tag), rest);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  /** An id that nothing else on the page has. */
  crowd.fresh = (kind) => `konkyo-${kind}-${(drawn += 1)}`;

  /** Remember the class of an element; crowd-start.js defines them all at once. */
  crowd.element = (name, type) => crowd.elements.set(name, type);

  /** The direct child of that tag, or null. */
  crowd.region = (host, tag) => host.querySelector(`:scope > ${tag}`);

  const EARLY = ["value", "checked", "disabled"];

  /**
   * Lives in the page's own tree, not in a shadow, so that templates find what is inside. `build`
   * runs once, when the element is in the page; what it adds has the class crowd-part, and what it
   * moves goes into a part's .crowd-slot, so that a clone can be taken apart and built anew.
   */
  crowd.Element = class extends HTMLElement {
    connectedCallback() {
      if (this.isBuilt) return;
      this.isBuilt = true;
      const given = EARLY.filter((name) => Object.hasOwn(this, name));
      const early = given.map((name) => [name, this[name]]);
      for (const name of given) delete this[name];
      this.#unbuild();
      this.build();
      Object.assign(this, Object.fromEntries(early));
    }

    build() {}

    /** Put every child into `slot`, then `part` (which holds the slot) into the element. */
    enclose(part, slot = part) {
      slot.append(...this.childNodes);
      slot.classList.add("crowd-slot");
      part.classList.add("crowd-part");
      this.append(part);
      return part;
    }

    #unbuild() {
      for (const part of this.querySelectorAll(":scope > .crowd-part")) {
        const slot = part.matches(".crowd-slot") ? part : part.querySelector(".crowd-slot");
        part.replaceWith(...(slot ? slot.childNodes : []));
      }
    }
  };

  /** A dialog over the page, opened near what asked for it: a frame may be taller than the screen. */
  crowd.dialog = (title) => {
    const close = crowd.make("button", { type: "button", className: "crowd-quiet" }, "Close");
    const body = crowd.make("div");
    const dialog = crowd.make("dialog", { className: "crowd-dialog crowd-part" }, close, body);
    dialog.setAttribute("aria-label", title);
    close.addEventListener("click", () => dialog.close());
    const show = (opener) => {
      if (dialog.open) return;
      const top = opener ? opener.getBoundingClientRect().top : 0;
      dialog.style.marginTop = `${Math.max(16, top - 32)}px`;
      dialog.showModal();
      dialog.scrollIntoView({ block: "nearest" });
    };
    return { dialog, body, show };
  };

  /** Behaves as a button: focus, Enter and Space, and no click while it is disabled. */
  crowd.Button = class extends crowd.Element {
    static observedAttributes = ["disabled", "loading"];

    build() {
      this.setAttribute("role", this.hasAttribute("href") ? "link" : "button");
      this.addEventListener("keydown", (event) => {
        if (event.target !== this || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        this.click();
      });
      const refuse = (event) => {
        if (!this.disabled && !this.hasAttribute("loading")) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      this.addEventListener("click", refuse, true);
      this.addEventListener("click", () => {
        const address = this.getAttribute("href");
        if (address) window.open(address, this.getAttribute("target") || "_blank", "noopener");
      });
      this.attributeChangedCallback();
    }

    attributeChangedCallback() {
      const off = this.disabled || this.hasAttribute("loading");
      this.tabIndex = off ? -1 : 0;
      this.setAttribute("aria-disabled", String(off));
    }

    get disabled() {
      return this.hasAttribute("disabled");
    }

    set disabled(off) {
      this.toggleAttribute("disabled", Boolean(off));
    }
  };
}
