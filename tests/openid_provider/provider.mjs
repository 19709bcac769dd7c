// A certified identity provider on a free port of this machine, set up by the first line of its standard input.
// It prints its issuer and "serving", and ends with its standard input.

import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider, { interactionPolicy } from "oidc-provider";

const lines = createInterface({ input: process.stdin });
const { clientId, clientSecret, accounts } = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
process.stdin.on("end", () => process.exit(0)).resume();

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const policy = interactionPolicy.base();
policy.get("consent").checks.remove("native_client_prompt");

const provider = new Provider(issuer, {
  // Of native clients, the port of a redirect URI on this machine does not matter (RFC 8252, section 7.3).
  clients: [{
    client_id: clientId, client_secret: clientSecret, application_type: "native",
    redirect_uris: ["http://127.0.0.1/auth/callback"], grant_types: ["authorization_code"], response_types: ["code"],
  }],
  claims: { openid: ["sub", "organizations"], profile: ["name"] },
  features: { claimsParameter: { enabled: true } },
  cookies: { keys: ["of the tests"] },
  interactions: { policy },
  pkce: { required: () => true },
  findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
  // Whoever has an account has agreed.
  async loadExistingGrant({ oidc: { provider: { Grant }, client, session } }) {
    const grant = new Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile");
    grant.addOIDCClaims(["organizations", "name"]);
    await grant.save();
    return grant;
  },
});

server.on("request", provider.callback());
console.log(`${issuer} serving`);
