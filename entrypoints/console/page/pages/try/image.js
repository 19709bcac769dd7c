// A form field for an image: read in the browser, sent with the prompt, not stored.

import { element, replace, uniqueId } from "../../core/elements.js";

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const LARGEST = 12 * 1024 * 1024;

// Behaves as a field of a form.
export class ImageField {
  constructor() {
    const id = uniqueId("image");
    this.name = "images";
    this.pointer = "/images";
    this.held = null;
    this.problem = element("p", { class: "problem", id: `${id}-problem`, hidden: true });
    this.preview = element("div", { class: "preview" });
    this.control = element("input", { id, type: "file", accept: KINDS.join(","), "aria-describedby": this.problem.id, onchange: () => this.#take(this.control.files[0]) });
    this.element = element("div", { class: "field" }, element("label", { for: id }, "Image"), this.control, this.preview, this.problem);
  }

  read() {
    return this.held;
  }

  complain(message) {
    this.problem.hidden = !message;
    this.problem.textContent = message ?? "";
  }

  async #take(file) {
    this.held = null;
    replace(this.preview);
    this.complain(null);
    if (!file) return;
    if (!KINDS.includes(file.type)) return this.complain("This is not a PNG, JPEG, GIF or WebP image.");
    if (file.size > LARGEST) return this.complain("This image is larger than 12 MB.");
    const address = await addressOf(file);
    this.held = { mediaType: file.type, data: address.slice(address.indexOf(",") + 1) };
    replace(this.preview, element("img", { src: address, alt: `The chosen image, ${file.name}` }),
      element("button", { type: "button", class: "plain", onclick: () => this.#forget() }, "Remove the image"));
    return undefined;
  }

  #forget() {
    this.control.value = "";
    this.#take(null);
    this.control.focus();
  }
}

function addressOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
