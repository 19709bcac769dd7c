// A form field for images and PDFs: read in the browser, sent with the message, not stored.

import { element, replace, uniqueId } from "../../core/elements.js";
import { bytes } from "../../core/format.js";

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const PDF = "application/pdf";
// A request may have 32 MiB, in which files are a third larger than they are.
const LARGEST = 22 * 1024 * 1024;

// Behaves as a field of a form.
export class Attachments {
  constructor() {
    const id = uniqueId("files");
    this.name = "files";
    this.pointer = "/files";
    /** @type {{ part: any, name: string, size: number, address: string }[]} */
    this.held = [];
    this.problem = element("p", { class: "problem", id: `${id}-problem`, hidden: true });
    this.preview = element("div", { class: "preview" });
    this.control = /** @type {HTMLInputElement} */ (element("input", { id, type: "file", multiple: true, accept: [...IMAGES, PDF].join(","), "aria-describedby": this.problem.id, onchange: () => this.#take([...this.control.files]) }));
    this.element = element("div", { class: "field" }, element("label", { for: id }, "Images and PDFs"), this.control, this.preview, this.problem);
  }

  // The parts of a message.
  read() {
    return this.held.map(({ part }) => part);
  }

  get hasImages() {
    return this.held.some(({ part }) => part.type === "image");
  }

  clear() {
    this.held = [];
    this.#draw();
  }

  complain(message) {
    this.problem.hidden = !message;
    this.problem.textContent = message ?? "";
  }

  async #take(files) {
    this.complain(null);
    this.control.value = "";
    for (const file of files) {
      const isImage = IMAGES.includes(file.type);
      if (!isImage && file.type !== PDF) return this.complain(`${file.name} is neither a PNG, JPEG, GIF or WebP image nor a PDF.`);
      if (this.held.reduce((sum, { size }) => sum + size, file.size) > LARGEST) return this.complain(`Together the files are larger than ${bytes(LARGEST)}.`);
      const address = await addressOf(file);
      const data = address.slice(address.indexOf(",") + 1);
      const part = isImage ? { type: "image", mediaType: file.type, data } : { type: "document", mediaType: PDF, data, filename: file.name };
      this.held = [...this.held, { part, name: file.name, size: file.size, address }];
      this.#draw();
    }
    return undefined;
  }

  #draw() {
    replace(this.preview, this.held.map((file, index) => element("div", {},
      file.part.type === "image" ? element("img", { src: file.address, alt: file.name }) : element("span", { class: "chip" }, `${file.name}, ${bytes(file.size)}`),
      element("button", { type: "button", class: "plain close", "aria-label": `Leave out ${file.name}`, onclick: () => {
        this.held = this.held.filter((_, at) => at !== index);
        this.#draw();
        this.control.focus();
      } }, "×"))));
  }
}

/** @param {File} file @returns {Promise<string>} */
function addressOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
