import type { Sandbox, SandboxOptions } from '@openfn/rapidpro-sandbox';
import type { Collections, DeskEntry } from './collections.mjs';
import type { createDhis2, Dhis2 } from './dhis2/server.mjs';
import type { WorkflowState } from './run-workflow.mjs';

export const FLOWS: { registration: string; report: string; visit: string };

export interface World {
  dhis2: Dhis2;
  sandbox: Sandbox;
  collections: Collections;
  receiver: {
    url: string;
    received: object[];
    settled(): Promise<unknown[]>;
    close(): Promise<void>;
  };
  states: Record<string, WorkflowState>;
  desk(): Record<string, DeskEntry>;
  run(
    name: 'contacts' | 'reports' | 'reminders' | 'visits' | 'users' | 'resend' | 'tell' | 'check',
  ): Promise<WorkflowState>;
  register(push: object): Promise<WorkflowState>;
  visits(): number;
  goThrough(flow: string, urn: string, answers: string[]): Promise<WorkflowState[]>;
  close(): Promise<void>;
}

/** Both systems on this computer, and what runs the example's workflows between them. */
export function createWorld(options: {
  createSandbox: (options: SandboxOptions) => Promise<Sandbox>;
  dialect?: 'v9' | 'textit';
  contacts?: object[];
  /** More flows, as askingFlow makes them. */
  flows?: object[];
  /** Runs that RapidPro has at first, as in a seed of the sandbox. */
  runs?: object[];
  /** Settings of the DHIS2 stand-in. */
  dhis2?: Parameters<typeof createDhis2>[0];
  /** What `console` is in the jobs. */
  console?: object;
  /** What is changed in `settings.js`; a function that stands alone. */
  // biome-ignore lint/suspicious/noExplicitAny: settings are of a job, which has no types.
  settings?: (settings: any) => object;
  /** The clock of the jobs. */
  now?: () => number;
  /** What is in the credential for mail. */
  mail?: object;
}): Promise<World>;
