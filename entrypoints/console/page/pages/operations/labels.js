// Labels of projections, jobs and steps.

import { number } from "../../core/format.js";

const TABLES = { organizations: "Organizations", ai_providers: "Providers", ai_models: "Models", access_keys: "Access keys", webhooks: "Webhooks", members: "Members" };

export const EVERY_TABLE = Object.keys(TABLES);
const KINDS = { rebuild: "Rebuild", verify: "Verify", "rotate-keys": "Rotate the master key" };
const STEPS = {
  prepare: "Counting the events", verify: "Comparing with the log", rebuild: "Comparing with the log and writing what differs", rewrap: "Wrapping keys",
};

// What to do about a job that failed, where its message alone does not say it.
const REMEDIES = {
  "organization-unknown": "Check its id: it is in the token of any of its members.",
  "rebuild-together": "Choose all projections.",
};

export const tableName = (name) => name === null || name === "all" ? "all projections" : TABLES[name] ?? name;

export const jobName = ({ kind, projection }) => kind === "rotate-keys" ? KINDS[kind] : `${KINDS[kind]} ${tableName(projection)}`;

export const stepName = (step) => STEPS[step] ?? step ?? "Waiting to start";

export const remedy = ({ error, requestId }) =>
  error.code === "internal-error" ? `Look for request ${requestId} in the service's log.` : REMEDIES[error.code] ?? null;

export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;
