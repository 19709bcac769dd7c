// What the scripts of pages find on the page beside what browsers have.

interface Window {
  /** The global of Scalar's API reference. */
  Scalar: { createApiReference(place: string, configuration: Record<string, unknown>): unknown };
}
