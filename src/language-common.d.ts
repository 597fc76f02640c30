// language-common ships types that do not resolve under every module resolution; src/common.ts has ours.
declare module '@openfn/language-common' {
  import type { Operation, State } from './types/state.js';

  type Step = (state: State) => State | Promise<State>;
  type Source = string | unknown[] | ((state: State) => unknown);
  type Reader = (state: State) => unknown;
  export function execute(...operations: Step[]): Operation;
  export function composeNextState(state: State, data: unknown): State;
  export function alterState(func: Step): Operation;
  export function as(key: string, operation: Step): Operation;
  export function combine(...operations: Step[]): Operation;
  export function cursor(value: unknown, options?: object): Operation;
  export function dataPath(path: string): string;
  export function dataValue(path: string): Reader;
  export const util: { [helper: string]: unknown };
  export const dateFns: {
    format(date: Date | number, format: string): string;
    parse(text: string, format: string, base: Date | number): Date;
  };
  export function each(source: Source, operation: Step): Operation;
  export function field(key: string, value: unknown): [string, unknown];
  export function fields(...fields: [string, unknown][]): { [key: string]: unknown };
  export function fn(func: Step): Operation;
  export function fnIf(condition: unknown, operation: Step): Operation;
  export function group(source: Source, keyPath: string, callback?: Step): Operation;
  export function lastReferenceValue(path: string): Reader;
  export function log(...values: unknown[]): Operation;
  export function map(path: string, callback: Step, state?: State): Operation;
  export function merge(source: Source, fields: unknown): Reader;
  export function sourceValue(path: string): Reader;
}
