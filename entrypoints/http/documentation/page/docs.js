// Shows the API's description with Scalar.

window.Scalar.createApiReference("#reference", {
  url: "docs/openapi.json",
  // The type of a problem, #problem-<code>, leads to its heading in the description.
  redirect: (address) => address.replace("#problem-", "#description/"),
  authentication: { preferredSecurityScheme: "token" },
  // A token stays in the page.
  persistAuth: false,
  // Nothing of what Scalar offers on its own servers; the page's content policy forbids it besides.
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
  documentDownloadType: "direct",
});
