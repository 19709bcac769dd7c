// How a connection was found: what is wrong, what to do about it, and the evidence.

import { element } from "../core/elements.js";
import { known, label, milliseconds, number, time, words } from "../core/format.js";
import { health } from "./badges.js";
import { facts } from "./page.js";

const ANSWERS = { true: "yes", false: "no", null: "not known from the answer" };

export function report(found) {
  return element("div", { class: `report ${found.status}` },
    element("p", { class: "outcome" }, health(found.status), element("strong", {}, found.message)),
    found.hint ? element("p", {}, found.hint) : null,
    facts([
      ["Reachable", found.reachable ? "yes" : "no"],
      ["Key accepted", ANSWERS[found.authenticated]],
      ["Models", number(found.modelCount)],
      ["Time", milliseconds(found.responseTimeMs)],
    ]),
    element("details", {}, element("summary", {}, "Evidence"), facts([
      ["Category", words(found.category)],
      ["Checked", time(found.checkedAt)],
      ["HTTP status", number(found.httpStatus)],
      ["DNS", milliseconds(found.timings.dnsMs)],
      ["Connect", milliseconds(found.timings.connectMs)],
      ["TLS", milliseconds(found.timings.tlsMs)],
      ["First byte", milliseconds(found.timings.firstByteMs)],
      known(found.upstreamRequestId) ? ["Provider's request id", element("code", {}, found.upstreamRequestId)] : null,
      ...limits(found.rateLimit),
    ])));
}

function limits(rateLimit) {
  return Object.entries(rateLimit ?? {}).filter(([, value]) => known(value)).map(([name, value]) => [label(name), number(value)]);
}
