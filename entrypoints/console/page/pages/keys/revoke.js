// Revoking access keys: programs are refused at once, and for a few seconds the keys can be had back.

import { ask } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { number } from "../../core/format.js";
import { html } from "../../core/view.js";
import { changeEach, isWhole } from "../../parts/bulk.js";
import { confirmed } from "../../parts/dialog.js";
import { removeLater } from "../../parts/remove-later.js";
import { countOf } from "../../parts/toggle.js";

const pathOf = ({ id }) => `${KEYS}/${id}`;

// `tell(text)` says how far it is.
/** @param {any[]} keys @param {(text: string) => void} tell @param {() => any} done */
export async function revokeKeys(keys, tell, done) {
  const warning = html`<p>Programs that use them are refused immediately. Their history stays in the audit log.</p>`;
  if (keys.length > 1 && !(await confirmed(`Revoke ${number(keys.length)} access keys?`, warning, { action: "Revoke them", run: () => true }))) return;
  const results = await changeEach(keys, (key) => key.isEnabled ? setEnabled(key, false) : {}, tell);
  const stopped = results.filter((key) => !key.error);
  const revoke = () => stopped.length && revokeLater(stopped);
  if (isWhole(results, { what: "Access key", done: "disabled" }, { onclose: revoke })) revoke();
  await done();
}

function revokeLater(keys) {
  const isOne = keys.length === 1;
  removeLater(keys.map((key) => key.id), {
    text: `${isOne ? `${keys[0].name} is` : countOf(keys, "access key")} refused from now on, and revoked in a few seconds.`,
    removed: isOne ? `${keys[0].name} was revoked.` : `${number(keys.length)} access keys were revoked.`,
    run: async (atOnce) => isWhole(await changeEach(keys, remove, () => {}, { atOnce }), { what: "Access key", done: "revoked" }),
    undone: async () => isWhole(await changeEach(keys.filter((key) => key.isEnabled), (key) => setEnabled(key, true), () => {}), { what: "Access key", done: "enabled" }),
  });
}

// Whatever else somebody has changed of it since.
async function setEnabled(key, isEnabled) {
  await ask("PATCH", pathOf(key), { body: { isEnabled } });
  return {};
}

async function remove(key) {
  await ask("DELETE", pathOf(key));
  return {};
}
