// What the scripts of pages find on the page beside what browsers have.

interface Window {
  /** The global of Scalar's API reference. */
  Scalar: { createApiReference(place: string, configuration: Record<string, unknown>): unknown };
}

/** uPlot as it is served: beside it lies no file that is not compressed. */
declare module "*/uPlot-1.6.32.iife.min.js" {
  interface Plot {
    width: number;
    cursor: { idx?: number | null };
    destroy(): void;
  }
  const uPlot: {
    new (options: Record<string, unknown>, data: number[][], place: HTMLElement): Plot;
    paths: { bars(options: Record<string, unknown>): unknown };
    tzDate(moment: Date, zone: string): Date;
  };
  export default uPlot;
}
