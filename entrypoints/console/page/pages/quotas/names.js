// What each quota bounds, in words; a test compares them with the service's.

/** @type {[heading: string, quotas: [name: string, label: string][]][]} */
export const QUOTAS = [
  ["In a second or a minute", [
    ["requestsPerSecond", "Requests per second"], ["requestsPerMinute", "Prompts and embeddings per minute"], ["tokensPerMinute", "Tokens per minute"],
    ["tests", "Connection tests per minute"], ["discovery", "Discovery requests per minute"], ["refresh", "Discovery refreshes per minute"],
  ]],
  ["At a time", [
    ["concurrent", "Prompts and embeddings"], ["requestsUnderWay", "Requests"], ["bodyBytes", "Bytes of request bodies"], ["outboundConnections", "Connections to providers"],
    ["nameLookups", "Look-ups of host names"], ["followers", "Followers of the event feed"], ["verifications", "Verifications of the log"], ["exports", "Exports of the log"],
  ]],
  ["In all", [
    ["providers", "Providers"], ["models", "Registered models"], ["offers", "Models on offer from one provider"],
    ["keptAnswers", "Answers kept for an Idempotency-Key"], ["keptAnswerBytes", "Bytes of kept answers"],
  ]],
];

export const isBytes = (name) => name.toLowerCase().includes("bytes");
