// Registers the ticked offers: one transaction for each provider, and what became of each in words.

import { ask } from "../../core/api.js";
import { say } from "../../core/messages.js";
import { PROVIDERS } from "../../core/api-paths.js";
import { html } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { openDialog } from "../../parts/dialog.js";

export async function importOffers(offers, names, options, done) {
  const ids = [...new Set(offers.map((offer) => offer.providerId))];
  const results = await Promise.all(ids.map((id) => importFrom(id, offers, options)));
  const failed = results.filter((result) => result.error);
  const imported = sum(results, "imported");
  const updated = sum(results, "updated");
  if (failed.length === 0) {
    const held = sum(results, "alreadyRegistered");
    say([`${imported} ${imported === 1 ? "model was" : "models were"} imported${options.enable ? " and enabled" : ", not enabled yet"}.`, updated ? `${updated} updated.` : "", held ? `${held} left as they are.` : ""].filter(Boolean).join(" "));
  } else {
    openDialog("Not everything was imported", html`<ul>${results.map((result) => html`<li><strong>${names.get(result.id)}</strong> ${result.error ? [badge("Refused", "bad"), " ", result.error.message] : badge(`${result.imported.length} imported`, "good")}</li>`)}</ul>`);
  }
  done(results.filter((result) => !result.error).map((result) => result.id));
}

const sum = (results, name) => results.reduce((total, result) => total + (result[name]?.length ?? 0), 0);

async function importFrom(id, offers, options) {
  const modelIds = offers.filter((offer) => offer.providerId === id).map((offer) => offer.modelId);
  try {
    return { id, ...(await ask("POST", `${PROVIDERS}/${id}/models/import`, { body: { modelIds, ...options }, once: true })).document };
  } catch (error) {
    return { id, error };
  }
}
