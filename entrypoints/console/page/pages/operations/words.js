// What the parts of the service are called on this page.

import { number } from "../../core/format.js";

const TABLES = { organizations: "Organizations", ai_providers: "Providers", ai_models: "Models" };
const KINDS = { rebuild: "Rebuild", "roll-back": "Roll back", mend: "Mend", verify: "Verify", "rotate-keys": "Rotate the master key" };
const STEPS = {
  prepare: "Making an empty table", fill: "Reading the log", index: "Making the indexes", "catch-up": "Catching up with what is written meanwhile",
  compare: "Comparing with the live table", swap: "Swapping it in", settle: "Checking references", verify: "Comparing with the log",
  mend: "Exchanging rows", rewrap: "Wrapping keys",
};

// What to do about a job that failed, where its message alone does not say it.
const REMEDIES = {
  "organization-unknown": "Look its id up: it is in the token of any of its members.",
  "mend-together": "That is done on the command line: modelbook projections rebuild --org ID.",
};

export const tableName = (name) => TABLES[name] ?? name;

export const jobName = ({ kind, projection }) => projection ? `${KINDS[kind]} ${tableName(projection)}` : KINDS[kind];

export const stepName = (step) => STEPS[step] ?? step ?? "Waiting for its turn";

export const remedy = ({ error, requestId }) =>
  error.code === "internal-error" ? `Look for request ${requestId} in the service's log.` : REMEDIES[error.code] ?? null;

export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;
