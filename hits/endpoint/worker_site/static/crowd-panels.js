"use strict";
// Elements that show something and answer nothing.
{
  const crowd = window.konkyoCrowd;
  const { make, fresh, region, element } = crowd;

  // The original draws these names of iron-icons; a few have a letter like them, the rest are
  // written out.
  const ICONS = {
    add: "+", remove: "−", close: "×", clear: "×", check: "✓", done: "✓", star: "★", help: "?",
    "help-outline": "?", info: "i", "info-outline": "i", search: "⌕", "arrow-back": "←",
    "arrow-forward": "→", "arrow-upward": "↑", "arrow-downward": "↓", undo: "↶", redo: "↷",
    refresh: "↻", delete: "✕", warning: "!", error: "!", favorite: "♥",
  };
  const icon = (name) => {
    const known = ICONS[name.replace(/^icons:/, "")];
    return make("span", { className: "crowd-icon", ariaHidden: String(Boolean(known)) }, known ?? name);
  };

  class Card extends crowd.Element {
    build() {
      const [heading, image] = ["heading", "image"].map((name) => this.getAttribute(name));
      const picture = image && make("img", { className: "crowd-part", src: image, alt: heading ?? "" });
      const title = heading && make("h3", { className: "crowd-part" }, heading);
      this.prepend(...[picture, title].filter(Boolean));
    }
  }

  class IconButton extends crowd.Button {
    build() {
      super.build();
      const name = this.getAttribute("icon") ?? "";
      const words = this.getAttribute("label");
      if (name) this.prepend(icon(name));
      if (words) this.append(words);
      if (!this.hasAttribute("aria-label")) {
        this.setAttribute("aria-label", this.title || words || this.textContent.trim() || name);
        if (ICONS[name]) this.setAttribute("aria-label", this.title || words || name);
      }
    }
  }

  class CrowdButton extends crowd.Button {
    build() {
      super.build();
      const name = this.getAttribute("icon");
      if (name) this.prepend(icon(name), " ");
    }
  }

  class Badge extends crowd.Element {
    build() {
      const name = this.getAttribute("icon");
      const shown = name ? icon(name) : (this.getAttribute("label") ?? "");
      this.prepend(make("span", { className: "crowd-part crowd-pill" }, shown));
      const target = document.getElementById(this.getAttribute("for") ?? "");
      if (target && !target.contains(this)) target.append(this);
    }
  }

  class Alert extends crowd.Element {
    build() {
      const urgent = ["error", "warning"].includes(this.getAttribute("type"));
      this.setAttribute("role", urgent ? "alert" : "status");
      if (!this.hasAttribute("dismissible")) return;
      const close = make("button", { type: "button", className: "crowd-part crowd-quiet" }, "×");
      close.setAttribute("aria-label", "Dismiss");
      close.addEventListener("click", () => this.remove());
      this.append(close);
    }
  }

  class Toast extends crowd.Element {
    build() {
      this.setAttribute("role", "status");
      const text = this.getAttribute("text");
      if (text) this.prepend(make("span", { className: "crowd-part" }, text));
      this.hidden = true;
      if (this.hasAttribute("opened")) this.open();
    }

    open() {
      this.hidden = false;
      clearTimeout(this.timer);
      const duration = Number(this.getAttribute("duration") ?? 3000);
      if (duration > 0) this.timer = setTimeout(() => this.close(), duration);
    }

    close() {
      this.hidden = true;
    }

    show() {
      this.open();
    }

    hide() {
      this.close();
    }
  }

  class Modal extends crowd.Element {
    build() {
      const words = this.getAttribute("link-text") || "Click to open modal";
      const opener = make("button", { type: "button", className: "crowd-part" }, words);
      if (this.getAttribute("link-type") !== "button") opener.classList.add("crowd-quiet");
      const { dialog, body, show } = crowd.dialog(words);
      this.enclose(dialog, body);
      this.prepend(opener);
      opener.addEventListener("click", () => this.open());
      this.show = () => show(opener);
      this.dialog = dialog;
    }

    open() {
      this.show?.();
    }

    close() {
      this.dialog?.close();
    }
  }

  class Instructions extends crowd.Element {
    build() {
      const words = this.getAttribute("link-text") || "Click for instructions";
      const fold = make("details", { className: "crowd-fold" }, make("summary", {}, words));
      const titles = {
        "short-summary": "Summary", "detailed-instructions": "Detailed instructions",
        "positive-example": "Good example", "negative-example": "Bad example",
      };
      for (const part of this.children) {
        if (titles[part.localName]) part.prepend(make("h3", {}, titles[part.localName]));
      }
      const slot = make("div");
      fold.append(slot);
      this.enclose(fold, slot);
    }
  }

  class Tabs extends crowd.Element {
    build() {
      this.list = make("div", { className: "crowd-part crowd-tablist", role: "tablist" });
      this.list.setAttribute("role", "tablist");
      this.panels = [...this.children].filter((child) => child.localName === "crowd-tab");
      this.list.append(...this.panels.map((panel, place) => this.#handle(panel, place)));
      this.prepend(this.list);
      this.list.addEventListener("keydown", (event) => this.#move(event));
      this.choose(0);
    }

    #handle(panel, place) {
      const words = panel.getAttribute("header") || `Tab ${place + 1}`;
      const handle = make("button", { type: "button", id: fresh("tab") }, words);
      panel.id ||= fresh("panel");
      handle.setAttribute("role", "tab");
      handle.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", handle.id);
      handle.addEventListener("click", () => this.choose(place));
      return handle;
    }

    #move(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const count = this.panels.length;
      this.choose((this.chosen + step + count) % count);
      this.list.children[this.chosen].focus();
    }

    choose(chosen) {
      this.chosen = chosen;
      for (const [place, panel] of this.panels.entries()) {
        panel.hidden = place !== chosen;
        const handle = this.list.children[place];
        handle.setAttribute("aria-selected", String(place === chosen));
        handle.tabIndex = place === chosen ? 0 : -1;
      }
    }
  }

  /** Open whatever hides a field, so that the worker can be led to it. */
  crowd.reveal = (field) => {
    for (let up = field; up; up = up.parentElement) {
      if (up.localName === "details") up.open = true;
      if (up.localName === "crowd-modal") up.open();
      if (up.localName === "crowd-tab") {
        const tabs = up.closest("crowd-tabs");
        tabs?.choose(tabs.panels.indexOf(up));
      }
    }
  };

  /** Fold full instructions that stand in the form itself; the original hides them too. */
  crowd.foldInstructions = (form) => {
    const full = region(form, "full-instructions");
    if (!full) return;
    const fold = make("details", { className: "crowd-fold" });
    full.replaceWith(fold);
    fold.append(make("summary", {}, full.getAttribute("header") || "Full instructions"), full);
  };

  element("crowd-card", Card);
  element("crowd-task", class extends crowd.Element {});
  element("crowd-button", CrowdButton);
  element("crowd-icon-button", IconButton);
  element("crowd-fab", class extends IconButton {});
  element("crowd-badge", Badge);
  element("crowd-alert", Alert);
  element("crowd-toast", Toast);
  element("crowd-modal", Modal);
  element("crowd-instructions", Instructions);
  element("crowd-tabs", Tabs);
  element("crowd-tab", class extends crowd.Element {});
}
