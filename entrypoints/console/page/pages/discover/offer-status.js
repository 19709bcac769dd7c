// The statuses of an offered model, compared with the previous answer and with the registered models.

export const SHOWN = [["new", "Not registered"], ["added", "New since last time"], ["changed", "Changed"], ["price", "Price moved"], ["differs", "Differs from registered"], ["registered", "Registered"]];

export function statusesOf(offer, changes) {
  const is = (list) => (list ?? []).some((entry) => (entry.modelId ?? entry) === offer.modelId);
  const moves = (changes.priceMoved ?? []).filter((move) => move.modelId === offer.modelId);
  return [
    is(changes.added) ? { kind: "added", text: "New", tone: "info" } : null,
    is(changes.returned) ? { kind: "added", text: "Back again", tone: "info" } : null,
    is(changes.changed) ? { kind: "changed", text: "Changed", tone: "warn" } : null,
    moves.length ? { kind: "price", text: moves.some((move) => move.suspicious) ? "Price changed more than tenfold" : "Price moved", tone: moves.some((move) => move.suspicious) ? "bad" : "warn" } : null,
    offer.registeredModelId && is(changes.registered) ? { kind: "differs", text: "Differs from registered", tone: "warn" } : null,
    offer.registeredModelId ? { kind: "registered", text: "Registered", tone: "good" } : { kind: "new", text: "Not registered", tone: null },
  ].filter(Boolean);
}
