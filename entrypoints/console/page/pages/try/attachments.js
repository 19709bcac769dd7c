// A form field for images and PDFs: read in the browser, sent with the message, not stored.

import { bytes } from "../../core/format.js";
import { html, Store, useRef, useStore } from "../../core/view.js";
import { Field } from "../../parts/form.js";

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const PDF = "application/pdf";
// A request may have 32 MiB, in which files are a third larger than they are.
const LARGEST = 22 * 1024 * 1024;

export class Attachments extends Store {
  // `complain(message)` says in the form what is wrong; null: nothing.
  constructor(complain) {
    super();
    this.complain = complain;
    /** @type {{ part: any, name: string, size: number, address: string }[]} */
    this.held = [];
    this.view = html`<${AttachmentsField} files=${this} />`;
  }

  // The parts of a message.
  get parts() {
    return this.held.map(({ part }) => part);
  }

  get hasImages() {
    return this.held.some(({ part }) => part.type === "image");
  }

  put(held) {
    this.held = held;
    this.changed();
  }

  async take(files) {
    this.complain(null);
    for (const file of files) {
      const isImage = IMAGES.includes(file.type);
      if (!isImage && file.type !== PDF) return this.complain(`${file.name} is neither a PNG, JPEG, GIF or WebP image nor a PDF.`);
      if (this.held.reduce((sum, { size }) => sum + size, file.size) > LARGEST) return this.complain(`Together the files are larger than ${bytes(LARGEST)}.`);
      const address = await addressOf(file);
      const data = address.slice(address.indexOf(",") + 1);
      const part = isImage ? { type: "image", mediaType: file.type, data } : { type: "document", mediaType: PDF, data, filename: file.name };
      this.put([...this.held, { part, name: file.name, size: file.size, address }]);
    }
    return undefined;
  }
}

function AttachmentsField({ files }) {
  const { held } = useStore(files);
  const control = useRef(null);
  const take = ({ target }) => {
    const chosen = [...target.files];
    target.value = "";
    files.take(chosen);
  };
  const leaveOut = (file) => {
    files.put(held.filter((each) => each !== file));
    control.current.focus();
  };
  return html`<${Field} name="files" label="Images and PDFs" type="file" multiple accept=${[...IMAGES, PDF].join(",")} control=${control} onchange=${take}>
    <div class="preview">${held.map((file) => html`<div key=${file.address}>
      ${file.part.type === "image" ? html`<img src=${file.address} alt=${file.name} />` : html`<span class="chip">${file.name}, ${bytes(file.size)}</span>`}
      <button type="button" class="plain close" aria-label="Leave out ${file.name}" onclick=${() => leaveOut(file)}>×</button>
    </div>`)}</div>
  <//>`;
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
