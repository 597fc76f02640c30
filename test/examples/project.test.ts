import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const FOLDER = 'examples/rapidpro-dhis2';
const FILES = [
  'contacts',
  'registration',
  'reports',
  'reminders',
  'visits',
  'users',
  'resend',
  'tell',
  'check',
];

interface Step {
  id: string;
  adaptor?: string;
  adaptors?: string[];
  expression: string;
  configuration?: string;
  next?: Record<string, { condition: string }>;
}
interface Workflow {
  options: { start: string };
  workflow: { name: string; steps: Step[] };
}
interface Job {
  name: string;
  adaptor: string;
  credential?: string;
  body: { path: string };
}
interface Edge {
  source_trigger?: string;
  source_job?: string;
  target_job: string;
  condition_type: string;
}
interface Project {
  credentials: Record<string, { name: string }>;
  workflows: Record<
    string,
    {
      name: string;
      jobs: Record<string, Job>;
      triggers: Record<string, { type: string; cron_expression?: string }>;
      edges: Record<string, Edge>;
    }
  >;
}

const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const project: Project = parse(read('project.yaml'));
const workflows = FILES.map((name): Workflow => JSON.parse(read(`${name}.json`)));
const CREDENTIALS: Record<string, string> = {
  './credentials/dhis2.json': 'DHIS2',
  './credentials/rapidpro.json': 'RapidPro',
  './credentials/mail.json': 'Mail',
};

test('the project has the workflows of the files', () => {
  expect(Object.values(project.workflows).map(({ name }) => name)).toEqual(
    workflows.map(({ workflow }) => workflow.name),
  );
  expect(Object.keys(project.credentials).sort()).toEqual(Object.values(CREDENTIALS).sort());
});

describe.each(workflows)('$workflow.name', ({ options, workflow: { name, steps } }) => {
  const found = Object.values(project.workflows).find(one => one.name === name);

  test('has the same steps in the project', () => {
    const jobs = Object.entries(found?.jobs ?? {}).map(([id, job]) => ({ id, ...job }));
    expect(jobs).toEqual(
      steps.map(({ id, adaptor, adaptors = [adaptor], expression, configuration }) => ({
        id,
        name: id,
        // Beside the first one OpenFn itself puts the adaptor for collections.
        adaptor: `${adaptors[0]}@latest`,
        ...(configuration ? { credential: CREDENTIALS[configuration] } : {}),
        body: { path: expression },
      })),
    );
  });

  test('has the same order in the project, and stops at an error in both', () => {
    const edges = Object.values(found?.edges ?? {});
    const [first, ...others] = edges;
    expect(first).toMatchObject({ target_job: options.start, condition_type: 'always' });
    expect(found?.triggers).toHaveProperty(first?.source_trigger ?? '');
    expect(
      others.map(({ source_job, target_job, condition_type }) => [
        source_job,
        target_job,
        condition_type === 'on_job_success' ? '!state.errors' : condition_type,
      ]),
    ).toEqual(
      steps.flatMap(({ id, next = {} }) =>
        Object.entries(next).map(([target, { condition }]) => [id, target, condition]),
      ),
    );
  });
});

test('every job of the folder is a step of a workflow', () => {
  const jobs = readdirSync(FOLDER).filter(name => name.endsWith('.js'));
  const steps = workflows.flatMap(({ workflow }) => workflow.steps);
  expect([...new Set(steps.map(({ expression }) => expression.slice(2)))].sort()).toEqual(
    jobs.sort(),
  );
});
