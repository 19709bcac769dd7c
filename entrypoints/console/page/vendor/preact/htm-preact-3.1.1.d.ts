// What the pages use of Preact and htm. A template's values are not checked: no tool knows htm's language.

export function html(strings: TemplateStringsArray, ...values: any[]): any;
export function render(shown: any, place: Element): void;

export interface Context<T> {
  Provider: any;
  readonly given?: T;
}
export function createContext<T>(otherwise: T): Context<T>;
export function useContext<T>(context: Context<T>): T;

export function useEffect(work: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useLayoutEffect(work: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useRef<T = any>(initial?: T): { current: T };
export function useState<T>(initial: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
export function useReducer<T>(next: (before: T) => T, initial: T): [T, () => void];
