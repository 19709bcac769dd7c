// What the scripts of pages find on the page beside what browsers have.

interface Window {
  /** The global of Scalar's API reference. */
  Scalar: { createApiReference(place: string, configuration: Record<string, unknown>): unknown };
}

/** What the pages use of Preact and htm, as they are served. No tool checks what stands in a template of htm. */
declare module "*/htm-preact-3.1.1.js" {
  interface Context<T> {
    Provider: unknown;
    readonly given?: T;
  }
  export function html(strings: TemplateStringsArray, ...values: any[]): any;
  export function render(shown: any, place: Element): void;
  export function createContext<T>(otherwise: T): Context<T>;
  export function useContext<T>(context: Context<T>): T;
  export function useEffect(work: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useLayoutEffect(work: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useRef<T = any>(initial?: T): { current: T };
  export function useState<T>(initial: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
  export function useReducer<T>(next: (before: T) => T, initial: T): [T, () => void];
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

/** The icons of Lucide that the console shows: their elements, each with its attributes. */
declare module "*/lucide-1.62.0.js" {
  export const nodes: Record<string, [element: string, attributes: Record<string, string>][]>;
}
