// What the compiler has to refuse. A line below that compiles after all is an error: "Unused '@ts-expect-error' directive".

import type { components } from "./openapi.js";

type Schemas = components["schemas"];

export const needsAName = { providerType: "openai" };
// @ts-expect-error a provider has a name
needsAName satisfies Schemas["NewProvider"];

// @ts-expect-error a key that is not given is left out
export const noKey: Schemas["NewProvider"] = { name: "A", providerType: "openai", apiKey: null };

// @ts-expect-error fields that are not known are refused
export const unknown: Schemas["NewProvider"] = { name: "A", providerType: "openai", colour: "red" };

// @ts-expect-error a name cannot be taken away
export const nameless: Schemas["ModelPatch"] = { name: null };

// @ts-expect-error only these operations are known
export const paint: Schemas["BulkOperations"]["operations"][number] = { op: "paint", id: "0" };

// @ts-expect-error an update names its model
export const nowhere: Schemas["BulkOperations"]["operations"][number] = { op: "update", name: "A" };

// @ts-expect-error a price that is not known is null, never undefined
export const priceOf = (model: Schemas["Model"]): number => model.costPer1kTokens ?? undefined;

// @ts-expect-error which members a problem has depends on its code
export const dependants = (problem: Schemas["Problem"]) => problem.dependants;

// @ts-expect-error there is no such code
export const isOdd = (problem: Schemas["Problem"]) => problem.code === "odd";
