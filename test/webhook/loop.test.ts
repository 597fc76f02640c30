import { createSandbox, type Sandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getFlowRuns, startFlow, subscribe, updateContact, webhook } from '../../src/Adaptor.js';
import { execute } from '../../src/execute.js';
import type { State } from '../../src/types/state.js';
import { EDITOR_BODY, EDITOR_HEADERS, reportFlow } from './flow.js';
import { asJson } from './pushes.js';
import { lightningState, type Received, receiver } from './receiver.js';

const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
const URN = 'tel:+250788123123';
const SECRET = 'a-secret-of-some-length';

async function program(origin: string, options: SandboxOptions = {}) {
  const calls = [
    {
      type: 'call_webhook' as const,
      method: 'POST',
      url: `${origin}/webhook?contact=@contact.uuid`,
      headers: { ...EDITOR_HEADERS, 'X-Secret': SECRET },
      body: EDITOR_BODY,
      result_name: 'Webhook',
    },
    { type: 'call_resthook' as const, resthook: 'new-report', result_name: 'Hook' },
  ];
  const sandbox = await createSandbox({
    ...options,
    seed: {
      fields: [
        { key: 'cases', name: 'Cases', type: 'number' },
        { key: 'answer', name: 'Answer', type: 'text' },
      ],
      contacts: [{ name: 'Amina', urns: [URN], language: 'fra' }],
      flows: [reportFlow(FLOW, calls, 'Noted: @results.webhook.category, @results.hook')],
      resthooks: [{ resthook: 'new-report' }],
    },
  });
  onTestFinished(() => sandbox.close());
  const credential = { configuration: { host: sandbox.host, token: sandbox.token } };
  return { sandbox, credential };
}

/** What a workflow does with a push: the job of the guide. */
function job(received: Received, credential: State): Promise<State> {
  const isHook = received.path === '/resthook';
  return execute(
    webhook.parse(
      isHook ? { numbers: true } : { numbers: true, secret: SECRET, header: 'X-Secret' },
    ),
    (state: State) => {
      const push = state.data as webhook.Push;
      const key = isHook ? 'answer' : 'cases';
      const value = isHook ? (push.input?.text ?? '') : Number(push.results?.cases?.value);
      return updateContact(push.contact?.uuid ?? '', { fields: { [key]: value } })(state);
    },
  )({ ...asJson(lightningState(received)), ...credential });
}

async function report(sandbox: Sandbox, credential: State): Promise<void> {
  await startFlow({ flow: FLOW, urns: [URN] })(credential);
  await sandbox.settled();
  await sandbox.reply(URN, 'I saw 12 cases');
  await sandbox.settled();
}

describe.each(['v9', 'textit'] as const)('from a flow to a contact, %s', dialect => {
  test('a start, a reply, two pushes, two jobs, one contact that knows', async () => {
    const known: State = {};
    const jobs: Promise<State>[] = [];
    const listener = await receiver((response, received) => {
      // As Lightning does: the answer first, the job later.
      response.end('{"work_order_id":"1"}');
      jobs.push(job(received, known));
    });
    const { sandbox, credential } = await program(listener.origin, { dialect });
    Object.assign(known, credential);
    await subscribe('new-report', `${listener.origin}/resthook`)(credential);
    await report(sandbox, credential);
    const states = await Promise.all(jobs);

    expect(listener.received.map(({ path }) => path.replace(/=.*/, ''))).toEqual([
      '/webhook?contact',
      '/resthook',
    ]);
    const [contact] = sandbox.contacts();
    expect(contact?.fields).toMatchObject({ cases: '12', answer: 'I saw 12 cases' });
    for (const state of states) {
      const { configuration: _, ...kept } = state;
      expect(JSON.stringify(kept)).not.toContain(SECRET);
      expect(state.references?.at(-1)).toMatchObject({ simulation: false });
    }
    const runs = await getFlowRuns({ flow: FLOW })(credential);
    expect(runs.data).toMatchObject([
      { exit_type: 'completed', values: { webhook: { category: 'Success' } } },
    ]);
  });

  test('the push and the run say the same', async () => {
    const listener = await receiver();
    const { sandbox, credential } = await program(listener.origin, { dialect });
    await subscribe('new-report', `${listener.origin}/resthook`)(credential);
    await report(sandbox, credential);
    const pushed = webhook.parsePush(listener.received.at(-1)?.body);
    const [run] = (await getFlowRuns({ flow: FLOW })(credential)).data as object[];
    const push = webhook.fromRun(run ?? {});
    expect(push.kind).toBe('run');
    expect(push.contact?.uuid).toBe(pushed.contact?.uuid);
    expect(push.contact?.urn).toEqual(pushed.contact?.urn);
    expect(push.flow).toMatchObject({ uuid: FLOW, name: 'Case Report' });
    expect(push.run?.uuid).toBe(pushed.run?.uuid);
    const { value, category, node_uuid, created_on } = pushed.results?.cases ?? {};
    expect(push.results?.cases).toMatchObject({ value, category, node_uuid, created_on });
    expect(push.path?.slice(0, 2).map(step => step.node_uuid)).toEqual(
      pushed.path?.slice(0, 2).map(step => step.node_uuid),
    );
  });

  test('a workspace that hides addresses pushes none', async () => {
    const listener = await receiver();
    const { sandbox, credential } = await program(listener.origin, { dialect, anonymous: true });
    await subscribe('new-report', `${listener.origin}/resthook`)(credential);
    const [contact] = sandbox.contacts();
    await startFlow({ flow: FLOW, contacts: [contact?.uuid ?? ''] })(credential);
    await sandbox.settled();
    await sandbox.reply(URN, '3');
    expect(listener.received).toHaveLength(2);
    for (const { body } of listener.received) {
      expect(body).not.toContain('788123123');
      const push = webhook.parsePush(body);
      expect(push.contact?.urn).toEqual({ scheme: 'tel', masked: true });
    }
  });
});
