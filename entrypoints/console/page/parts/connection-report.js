// How a connection was found: what is wrong, what to do about it, and the evidence.

import { known, label, milliseconds, number, time, words } from "../core/format.js";
import { html } from "../core/view.js";
import { health } from "./badges.js";
import { facts } from "./page.js";

const ANSWERS = { true: "yes", false: "no", null: "not known from the answer" };

export function report(found) {
  return html`<div class="report ${found.status}">
    <p class="outcome">${health(found.status)}<strong>${found.message}</strong></p>
    ${found.hint ? html`<p>${found.hint}</p>` : null}
    ${facts([
      ["Reachable", found.reachable ? "yes" : "no"],
      ["Key accepted", ANSWERS[found.authenticated]],
      ["Models", number(found.modelCount)],
      ["Time", milliseconds(found.responseTimeMs)],
    ])}
    <details><summary>Evidence</summary>${facts([
      ["Category", words(found.category)],
      ["Checked", time(found.checkedAt)],
      ["HTTP status", number(found.httpStatus)],
      ["DNS", milliseconds(found.timings.dnsMs)],
      ["Connect", milliseconds(found.timings.connectMs)],
      ["TLS", milliseconds(found.timings.tlsMs)],
      ["First byte", milliseconds(found.timings.firstByteMs)],
      known(found.upstreamRequestId) ? ["Provider's request id", html`<code>${found.upstreamRequestId}</code>`] : null,
      ...limits(found.rateLimit),
    ])}</details>
  </div>`;
}

function limits(rateLimit) {
  return Object.entries(rateLimit ?? {}).filter(([, value]) => known(value)).map(([name, value]) => [label(name), number(value)]);
}
