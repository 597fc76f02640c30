// The types that language-common ships do not resolve under every module resolution, and are `any` in
// most places. This is what the adaptor itself calls; what a job gets is typed in common.ts, dateFns.ts
// and util.ts.
declare module '@openfn/language-common' {
  // An import at the top would make a module of this file.
  type State = import('./types/state.js').State;
  type Operation = import('./types/state.js').Operation;
  type Step = import('./types/state.js').Step;
  type Source = import('./types/state.js').Source;
  type ValueReader = import('./types/state.js').ValueReader;
  type Util = typeof import('./util.js');

  export function execute(...operations: Step[]): Operation;
  export function composeNextState(state: State, data: unknown): State;
  export function as(key: unknown, operation: Step): Operation;
  export function combine(...operations: Step[]): Operation;
  export function cursor(value: unknown, options?: object): Operation;
  export function dataPath(path: string): string;
  export function dataValue(path: string): ValueReader;
  export function each(source: Source, operation: Step): Operation;
  export function field(key: string, value: unknown): [string, unknown];
  export function fields(...fields: [string, unknown][]): { [key: string]: unknown };
  export function fn(func: Step): Operation;
  export function fnIf(condition: unknown, operation: Step): Operation;
  export function group(source: Source, keyPath: unknown, callback?: Step): Operation;
  export function lastReferenceValue(path: string): ValueReader;
  export function log(...values: unknown[]): Operation;
  export function map(
    items: readonly unknown[],
    callback: (item: unknown, index: number, state: State) => unknown,
  ): Operation;
  export function merge(source: string, fields: unknown): ValueReader;
  export function parseCsv(text: unknown, options?: object, callback?: unknown): Operation;
  export function source(path: string): (state: State) => unknown[];
  export function sourceValue(path: string): ValueReader;

  export const dateFns: typeof import('./dateFns.js');

  /** Without what util.ts adds to it. */
  export const util: Omit<
    Util,
    'phoneUrn' | 'phoneUrns' | 'dateTime' | 'dayRange' | 'parseCsv' | 'chunk'
  >;
}
