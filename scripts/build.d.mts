/** A package of this repository. Paths are relative to it. */
export interface Part {
  /** As the user reads it: `the adaptor`. */
  title: string;
  inputs: readonly string[];
  outputs: readonly string[];
  commands: readonly string[];
  /** About how long it takes, until it has been built once. */
  seconds: number;
}

export interface Settings {
  root?: string;
  parts?: Readonly<Record<string, Part>>;
  /** Builds what is fresh, too. */
  force?: boolean;
  run?: (command: string) => void;
  say?: (text: string) => void;
}

export const PARTS: Readonly<Record<string, Part>>;
export function isFresh(name: string, settings?: Settings): boolean;
export function build(names: readonly string[], settings?: Settings): string[];
