// Passkeys, as the browser makes and uses them. What it is given and what it gives are JSON.

import { ask } from "./api.js";

// Null once the person has closed the browser's question.
export async function makePasskey(path, body) {
  const { document } = await ask("POST", path, { body });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(document.publicKey);
  return answered(navigator.credentials.create({ publicKey }));
}

export async function usePasskey() {
  const { document } = await ask("POST", "/auth/passkey/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(document.publicKey);
  return answered(navigator.credentials.get({ publicKey }));
}

async function answered(asking) {
  try {
    return (await asking).toJSON();
  } catch (error) {
    if (error.name === "NotAllowedError" || error.name === "AbortError") return null;
    if (error.name === "InvalidStateError") throw new Error("This device has a passkey for your account already.", { cause: error });
    throw error;
  }
}

export const canUsePasskeys = () => typeof PublicKeyCredential !== "undefined" && typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";
