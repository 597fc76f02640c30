import { describe, expect, test } from 'vitest';
import { fail } from '../../../src/errors/errors.js';
import { LookUps } from '../../../src/sync/lookUps.js';
import { uuidOf } from './change.js';
import { home, LIMIT, members, person, refused, tel } from './fakeRapidPro.js';
import { type Entry, endsOf, syncing } from './syncing.js';
import { upTo } from './workspace.js';

/** Who is looked up one by one, and in which order to what is written: without a server. */

type Plan = Parameters<typeof syncing>[1];

function lookingUp(entries: Entry[], plan: Plan = {}) {
  const all = syncing(entries, plan);
  return { ...all, lookUps: new LookUps(all.parts, all.matches, all.writer) };
}

const always = () => true;
const never = () => false;

describe('numbers in local form', () => {
  const local = async (entries: Entry[], plan?: Plan) => {
    const all = lookingUp(entries, plan);
    await all.lookUps.localNumbers();
    return { ...all, lines: all.server.lines, ends: endsOf(all.outcome) };
  };

  test('are looked up; whoever has another URN, a uuid or was found is not', async () => {
    const { lines, ends, matches } = await local(
      [
        { urns: [home(0)], name: 'Person 0' },
        { urns: [home(1), tel(11)] },
        { urns: [tel(2)] },
        { uuid: uuidOf(3), urns: [home(3)] },
        { urns: [home(4)] },
        { urns: ['ext:tel:0788010005'] },
        { urns: [home(6), home(7)], name: 'Person 6' },
      ],
      {
        people: [person(0), person(6, { urns: [tel(6), tel(7)] })],
        earlier: { found: [[4, uuidOf(4)]] },
      },
    );
    // One of its numbers is not looked up: the contact shows it.
    expect(lines).toEqual([`find ${home(0)}`, `find ${home(6)}`, `find ${home(7)}`]);
    expect(ends).toEqual(['unchanged', ...Array(5).fill('notAttempted'), 'unchanged']);
    expect(matches.uuidOf(6)).toBe(uuidOf(6));
  });

  test('are looked up in spite of a uuid, if URNs are the key', async () => {
    const { lines } = await local([{ uuid: uuidOf(0), urns: [home(0)], name: 'New' }], {
      people: [person(0)],
      options: { key: 'urn' },
    });
    expect(lines).toEqual([`find ${home(0)}`, 'write #0']);
  });

  test('of one person: nothing is written for either entry', async () => {
    const { lines, ends } = await local(
      [
        { urns: [home(0)], name: 'New' },
        { urns: [home(5)], name: 'Other' },
      ],
      { people: [person(0, { urns: [tel(0), tel(5)] })] },
    );
    expect(lines).toEqual([`find ${home(0)}`, `find ${home(5)}`]);
    expect(ends).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
  });

  test('that nobody has are created, after what is there was written', async () => {
    const { lines, ends, matches } = await local(
      [
        { urns: [home(9)], name: 'Nine' },
        { urns: [home(0)], name: 'New' },
        { urns: [home(1)], name: 'Person 1' },
      ],
      { people: [person(0), person(1)] },
    );
    expect(lines).toEqual([
      `find ${home(9)}`,
      `find ${home(0)}`,
      `find ${home(1)}`,
      'write #0',
      `make ${home(9)}`,
    ]);
    expect(ends).toEqual(['created', 'updated', 'unchanged']);
    expect(matches.uuidOf(0)).toBeDefined();
    // What comes later does not wait.
    expect(matches.waits).toBe(false);
  });

  test('a hundred are looked up before the first of them is written', async () => {
    const people = upTo(250).map(n => person(n));
    const { lines, ends } = await local(
      upTo(250).map(n => ({ urns: [home(n)], name: 'New' })),
      { people },
    );
    const verbs = lines.map(line => line.split(' ')[0]);
    expect(verbs).toEqual([
      ...Array(100).fill('find'),
      ...Array(100).fill('write'),
      ...Array(100).fill('find'),
      ...Array(100).fill('write'),
      ...Array(50).fill('find'),
      ...Array(50).fill('write'),
    ]);
    expect(new Set(ends)).toEqual(new Set(['updated']));
  });

  test('groups wait until a hundred go in one request', async () => {
    const { lines, ends } = await local(
      upTo(120).map(n => ({ urns: [home(n)], groups: ['g1'] })),
      { people: upTo(120).map(n => person(n)) },
    );
    expect(lines.filter(line => !line.startsWith('find'))).toEqual(['add 100 g1']);
    expect(lines.at(-1)).toMatch(/^find/);
    expect(ends.filter(end => end === 'updated')).toHaveLength(100);
  });

  test('a run that goes on begins with small steps, and sends the groups of each', async () => {
    const count = 1 + 2 + 4 + 8 + 16 + 32 + 64 + 100 + 20;
    const { lines } = await local(
      upTo(count).map(n => ({
        urns: [home(n)],
        groups: ['g1'],
        name: n % 2 ? 'New' : `Person ${n}`,
      })),
      { people: upTo(count).map(n => person(n)), earlier: {} },
    );
    const adds = lines.filter(line => line.startsWith('add'));
    expect(adds).toEqual([...[1, 2, 4, 8, 16, 32, 64].map(size => `add ${size} g1`), 'add 100 g1']);
    // What a step found is written before the next one begins.
    const finds = lines.join('\n').split(/\n(?:(?:write|add).*\n?)+/);
    expect(finds.map(part => (part === '' ? 0 : part.split('\n').length))).toEqual([
      1, 2, 4, 8, 16, 32, 64, 100, 20, 0,
    ]);
  });

  test('without any, groups that wait are not sent', async () => {
    const all = lookingUp([{ urns: [tel(0)], groups: ['g1'] }], {
      people: [person(0)],
      earlier: {},
    });
    await all.server.client.request({ method: 'POST', path: 'contacts', body: { name: 'Else' } });
    await all.writer.changes(all.matches.see(all.server.of(0) as never));
    await all.lookUps.localNumbers();
    expect(all.server.only('add')).toEqual([]);
    expect(endsOf(all.outcome)).toEqual(['notAttempted']);
  });

  test('after a stop nothing of the step is written, and no step begins', async () => {
    const { server, ends, limiter } = await local(
      upTo(150).map(n => ({ urns: [home(n)], name: n % 2 ? 'New' : `Person ${n}` })),
      {
        people: upTo(20).map(n => person(n)),
        before: line => (line === `find ${home(60)}` ? LIMIT : undefined),
      },
    );
    // Who does not differ is not done either: a look-up to come could name the same contact.
    expect(limiter.stopped).toBe(LIMIT);
    expect(server.lines).toHaveLength(61);
    expect(server.only('find')).toHaveLength(61);
    expect(new Set(ends)).toEqual(new Set(['notAttempted']));
  });

  test('what fails is the failure of its entry', async () => {
    const { ends, lines } = await local(
      [
        { urns: [home(0)], name: 'New' },
        { urns: [home(1)], name: 'New' },
        { urns: [home(2)], name: 'New' },
      ],
      {
        people: [person(0), person(1)],
        before: line => (/find.*0$|make/.test(line) ? refused('INVALID_URN') : undefined),
      },
    );
    expect(ends).toEqual(['INVALID_URN', 'updated', 'INVALID_URN']);
    expect(lines).toEqual([
      ...[0, 1, 2].map(n => `find ${home(n)}`),
      'write #1',
      `make ${home(2)}`,
    ]);
  });
});

describe('contacts that an earlier run found', () => {
  const found = (...numbers: number[]) => ({
    found: numbers.map((n): [number, string] => [n, uuidOf(n)]),
  });
  const unseen = async (entries: Entry[], plan: Plan = {}, met: number[] = []) => {
    const all = lookingUp(entries, plan);
    // All pages were read before.
    all.matches.waits = false;
    for (const n of met) await all.writer.changes(all.matches.see(all.server.of(n) as never));
    await all.lookUps.foundBefore();
    return { ...all, lines: all.server.lines, ends: endsOf(all.outcome) };
  };
  const named = (n: number): Entry => ({ urns: [tel(n)], name: 'New' });

  test('do not matter without an earlier run', async () => {
    const { lines } = await unseen([named(0)], { people: [person(0)] });
    expect(lines).toEqual([]);
  });

  test('are looked up by uuid, and written: those that this run did not meet', async () => {
    const { lines, ends } = await unseen(
      [named(0), named(1), named(2), { urns: [tel(3)], name: 'Person 3' }],
      { people: upTo(4).map(n => person(n)), earlier: found(0, 1, 3) },
      [1],
    );
    expect(lines).toEqual(['write #1', 'find #0', 'write #0', 'find #3']);
    expect(ends).toEqual(['updated', 'updated', 'notAttempted', 'unchanged']);
  });

  test('are left alone if they are done, or only wait for their groups', async () => {
    const all = lookingUp(
      [
        { urns: [tel(0)], groups: ['g1'] },
        { urns: [tel(1)], name: 'New' },
      ],
      { people: [person(0), person(1)], earlier: found(0, 1) },
    );
    await all.writer.changes([]);
    await all.server.client.request({ method: 'POST', path: 'contacts', body: { name: 'Else' } });
    await all.writer.changes([0, 1].flatMap(n => all.matches.see(all.server.of(n) as never)));
    const sent = all.server.lines.length;
    await all.lookUps.foundBefore();
    expect(all.server.lines.slice(sent)).toEqual([]);
    expect(endsOf(all.outcome)).toEqual(['notAttempted', 'updated']);
  });

  test('are one of the list that is looked for anew, if they lost their URN or are gone', async () => {
    const { lines, matches, ends } = await unseen([named(0), named(1)], {
      people: [person(0, { urns: [tel(50)] })],
      earlier: found(0, 1),
    });
    expect(lines).toEqual(['find #0', 'find #1']);
    expect([matches.isMissing(0), matches.isMissing(1)]).toEqual([true, true]);
    expect(ends).toEqual(['notAttempted', 'notAttempted']);
  });

  test('by a field, the same: another value is another contact', async () => {
    const { lines, matches, ends } = await unseen(
      upTo(4).map(n => ({ fields: { id: `x${n}` }, name: 'New' })),
      {
        people: [person(0, { fields: { id: 'x0' } }), ...[1, 2, 3].map(n => person(n))],
        options: { key: 'fields.id' },
        earlier: found(0, 1, 2, 3),
      },
    );
    // With the newest first, the list would not show who lost the value since.
    expect(lines).toEqual(['find #0', 'write #0', 'find #1', 'find #2', 'find #3']);
    expect(upTo(4).map(n => matches.isMissing(n))).toEqual([false, true, true, true]);
    expect(ends).toEqual(['updated', ...Array(3).fill('notAttempted')]);
  });

  test('by uuid fail if they are gone', async () => {
    const { ends, outcome } = await unseen([{ uuid: uuidOf(0), name: 'New' }], {
      earlier: found(0),
    });
    expect(ends).toEqual(['NOT_FOUND']);
    expect(outcome.result().failed).toMatchObject([
      { uuid: uuidOf(0), description: expect.stringContaining('no contact with this uuid') },
    ]);
  });

  test('by numbers in local form, which no contact shows, are looked for anew', async () => {
    const { lines, matches } = await unseen(
      [
        { urns: [home(0)], name: 'New' },
        { urns: [home(1), tel(1)], name: 'New' },
        { uuid: uuidOf(2), urns: [home(2)], name: 'New' },
      ],
      { people: [person(0), person(1)], earlier: found(0, 1) },
    );
    expect(lines).toEqual(['find #1', 'find #1', `find ${home(1)}`, 'write #1']);
    expect(matches.isMissing(0)).toBe(true);
  });

  test('a uuid with a number in local form is looked up by the uuid', async () => {
    const { lines, ends } = await unseen([{ uuid: uuidOf(0), urns: [home(0)], name: 'New' }], {
      people: [person(0)],
      earlier: found(0),
    });
    expect(lines[0]).toBe('find #0');
    expect(ends).toEqual(['updated']);
  });

  test('are read on the first page, if there are more than two', async () => {
    const people = () => upTo(6).map(n => person(n));
    const three = await unseen([0, 1, 2].map(named), { people: people(), earlier: found(0, 1, 2) });
    expect(three.lines).toEqual(['page', 'write #0', 'write #1', 'write #2']);
    expect(three.ends).toEqual(['updated', 'updated', 'updated']);
    const two = await unseen([0, 1].map(named), { people: people(), earlier: found(0, 1) });
    expect(two.lines).toEqual(['find #0', 'write #0', 'find #1', 'write #1']);
  });

  /** Those with these numbers come first, and all others after 250 strangers each. */
  const pagesOf = (...pages: number[][]) =>
    pages.flatMap((some, at) => [
      ...some.map(n => person(n)),
      ...upTo(250 - some.length).map(n => person(1000 * (at + 1) + n)),
    ]);

  test('page after page, as long as each shows two and more than two are left', async () => {
    const all = upTo(9);
    const plan = { people: pagesOf([0, 1], [2, 3], [4], [5, 6, 7, 8]), earlier: found(...all) };
    const { lines, ends } = await unseen(all.map(named), plan);
    expect(lines.filter(line => line === 'page')).toHaveLength(3);
    expect(lines.filter(line => line.startsWith('find'))).toEqual(
      [5, 6, 7, 8].map(n => `find #${n}`),
    );
    expect(new Set(ends)).toEqual(new Set(['updated']));
    const few = { people: pagesOf([0, 1], [2, 3]), earlier: found(0, 1, 2, 3) };
    const rest = await unseen([0, 1, 2, 3].map(named), few);
    expect(rest.lines).toEqual([
      'page',
      'write #0',
      'write #1',
      'find #2',
      'write #2',
      'find #3',
      'write #3',
    ]);
  });

  test('who has lost the URN is not written from the page', async () => {
    const people = [person(0, { urns: [tel(50)] }), person(1), person(2)];
    const { lines, matches, ends } = await unseen([0, 1, 2].map(named), {
      people,
      earlier: found(0, 1, 2),
    });
    expect(lines).toEqual(['page', 'write #1', 'write #2', 'find #0']);
    expect(ends).toEqual(['notAttempted', 'updated', 'updated']);
    expect(matches.isMissing(0)).toBe(true);
  });

  test('two that turn out to be one on that page are not written, nor looked up again', async () => {
    const people = [person(0, { urns: [tel(0), tel(1)] }), person(1, { urns: [] }), person(2)];
    const { lines, ends } = await unseen([0, 1, 2].map(named), {
      people,
      earlier: found(0, 1, 2),
    });
    expect(lines).toEqual(['page', 'write #2']);
    expect(ends).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH', 'updated']);
  });

  test('a limit on that page stops the run, and nobody is looked up', async () => {
    const { limiter, lines, ends } = await unseen([0, 1, 2].map(named), {
      people: upTo(3).map(n => person(n)),
      earlier: found(0, 1, 2),
      before: line => (line === 'page' ? LIMIT : undefined),
    });
    expect(limiter.stopped).toBe(LIMIT);
    expect(lines).toEqual(['page']);
    expect(ends).toEqual(Array(3).fill('notAttempted'));
  });

  test('a mistake of the program is not taken for a limit', async () => {
    const mistake = new TypeError('of ours');
    await expect(
      unseen([0, 1, 2].map(named), {
        people: upTo(3).map(n => person(n)),
        earlier: found(0, 1, 2),
        before: line => (line === 'page' ? mistake : undefined),
      }),
    ).rejects.toBe(mistake);
  });

  test('are looked up in steps, and the groups of each step are sent', async () => {
    const { lines } = await unseen(
      upTo(7).map(n => ({ urns: [tel(n)], groups: ['g1'] })),
      { people: pagesOf([], upTo(7)), earlier: found(...upTo(7)) },
    );
    expect(lines.slice(1)).toEqual([
      'find #0',
      'add 1 g1',
      'find #1',
      'find #2',
      'add 2 g1',
      'find #3',
      'find #4',
      'find #5',
      'find #6',
      'add 4 g1',
    ]);
  });

  test('what fails is the failure of its entry', async () => {
    const { ends, outcome } = await unseen([0, 1].map(named), {
      people: [person(0), person(1)],
      earlier: found(0, 1),
      before: line => (line === 'find #0' ? refused('VALIDATION_FAILED') : undefined),
    });
    expect(ends).toEqual(['VALIDATION_FAILED', 'updated']);
    expect(outcome.result().failed).toMatchObject([{ index: 0, uuid: uuidOf(0) }]);
  });
});

describe('all others', () => {
  const others = async (
    entries: Entry[],
    plan: Plan = {},
    isNew: (at: Entry) => boolean = never,
  ) => {
    const all = lookingUp(entries, plan);
    await all.lookUps.others(isNew);
    return { ...all, lines: all.server.lines, ends: endsOf(all.outcome) };
  };

  test('are created without a look-up if they are certainly new, otherwise looked up', async () => {
    const { lines, ends } = await others(
      [
        { urns: [tel(0)], name: 'Zero' },
        { urns: [tel(1)], name: 'New' },
        { urns: [tel(2)], name: 'Two' },
        { urns: [tel(3)], name: 'Person 3' },
      ],
      { people: [person(1), person(3)] },
      ({ urns }) => urns?.[0] === tel(0),
    );
    expect(lines).toEqual([
      `make ${tel(0)}`,
      `find ${tel(1)}`,
      'write #1',
      `find ${tel(2)}`,
      `make ${tel(2)}`,
      `find ${tel(3)}`,
    ]);
    expect(ends).toEqual(['created', 'updated', 'created', 'unchanged']);
  });

  test('are those that were not found, and are open', async () => {
    const all = lookingUp([{ urns: [tel(0)] }, { urns: [tel(1)] }, { urns: [tel(2)] }]);
    all.matches.claim(0, uuidOf(0));
    all.outcome.fail({ index: 1 }, { code: 'INVALID_URN', description: 'No.', fix: 'Yes.' });
    await all.lookUps.others(always);
    expect(all.server.lines).toEqual([`make ${tel(2)}`]);
  });

  test('by uuid, are never created', async () => {
    const { lines, ends, outcome } = await others(
      [
        { uuid: uuidOf(0), name: 'New' },
        { uuid: uuidOf(1), name: 'New', urns: [tel(7)] },
      ],
      { people: [person(0)] },
    );
    expect(lines).toEqual(['find #0', 'write #0', 'find #1']);
    expect(ends).toEqual(['updated', 'NOT_FOUND']);
    expect(outcome.result().failed[0]?.description).toContain('with this uuid');
  });

  test('by a field, are not looked up; one with a uuid is not created', async () => {
    const { lines, ends, outcome } = await others(
      [
        { fields: { id: 'a' }, name: 'A' },
        { fields: { id: 'b' }, uuid: uuidOf(1), name: 'B' },
      ],
      { options: { key: 'fields.id' }, people: [person(1)] },
    );
    expect(lines).toEqual(['make A']);
    expect(ends).toEqual(['created', 'NOT_FOUND']);
    expect(outcome.result().failed).toMatchObject([
      {
        description: expect.stringMatching(/with this id, and cannot create/),
        fix: expect.stringMatching(/leave "uuid" out\. To save id in the contact/),
      },
    ]);
    const byUrn = await others([{ uuid: uuidOf(1), urns: [tel(7)] }], { options: { key: 'urn' } });
    expect(byUrn.outcome.result().failed).toMatchObject([
      {
        description: expect.stringContaining('with this URN'),
        fix: expect.stringContaining('To save the URN in the contact'),
      },
    ]);
  });

  test('stop if none of them can be written, though all can be looked up', async () => {
    const lost = fail('CONNECTION_LOST', 'It was lost.', 'Again.');
    const { limiter, lines, ends } = await others(
      upTo(9).map(n => ({ urns: [tel(n)], name: 'New' })),
      {
        people: upTo(9).map(n => person(n)),
        before: line => (line.startsWith('write') ? lost : undefined),
      },
    );
    expect(limiter.stopped).toBe(lost);
    expect(lines).toHaveLength(10);
    expect(ends.filter(end => end === 'notAttempted')).toHaveLength(4);
  });

  test('with URNs of several contacts fail, and nothing is written', async () => {
    const { lines, ends, outcome } = await others([{ urns: [tel(0), tel(1)], name: 'New' }], {
      people: [person(0), person(1)],
    });
    expect(lines).toEqual([`find ${tel(0)}`, `find ${tel(1)}`]);
    expect(ends).toEqual(['CONTACT_CLASH']);
    expect(outcome.result().failed[0]?.description).toContain('Several contacts');
  });

  test('with one number in two forms are one contact, and the number is not written again', async () => {
    const list = [{ urns: [home(0), tel(0)], name: 'Person 0' }];
    const { lines, ends } = await others(list, { people: [person(0)] });
    expect(lines).toEqual([`find ${home(0)}`]);
    expect(ends).toEqual(['unchanged']);
    const both = [{ urns: [home(0), home(1)], name: 'New' }];
    const two = await others(both, { people: [person(0, { urns: [tel(0), tel(1)] })] });
    // RapidPro named the same contact for both.
    expect(two.lines).toEqual([`find ${home(0)}`, `find ${home(1)}`, 'write #0']);
    expect(two.server.bodies).toEqual([{ name: 'New' }]);
    expect(two.outcome.result().updated).toMatchObject([{ changed: ['name'] }]);
    expect(two.outcome.result().updated[0]).not.toHaveProperty('predicted');
  });

  test.each([
    ['made', always, [`make ${home(0)}`]],
    ['looked up', never, [`find ${home(0)}`, `make ${home(0)}`]],
  ] as const)('who turns out to be made for another entry fails, and is not %s', async (...row) => {
    const [, isNew, sent] = row;
    const { lines, ends, outcome } = await others(
      [
        { urns: [home(0)], name: 'One' },
        { urns: [tel(0)], name: 'Two' },
      ],
      {},
      isNew,
    );
    // RapidPro shows how it writes the number only when the first one is there.
    expect(lines).toEqual(sent);
    expect(ends).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
    expect(outcome.result().failed[0]?.description).toContain('contacts[0] was saved');
  });

  test('who turns out to be made while it is looked up is not made a second time', async () => {
    const { lines, ends } = await others(
      [
        { urns: [home(0)], name: 'One' },
        { urns: [tel(0), tel(5), tel(6)], name: 'Two' },
      ],
      { concurrency: 2 },
    );
    expect(lines.filter(line => line.startsWith('make'))).toEqual([`make ${home(0)}`]);
    expect(lines.at(-1)).toBe(`find ${tel(6)}`);
    expect(ends).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
  });

  test('get the URNs that nobody has', async () => {
    const { server, ends } = await others([{ urns: [home(0), tel(5)] }], { people: [person(0)] });
    expect(server.bodies).toEqual([{}, { contacts: [tel(5)] }, { urns: [tel(0), tel(5)] }]);
    expect(ends).toEqual(['updated']);
  });

  test('that another one made meanwhile are looked up and written', async () => {
    const { lines, ends, server } = await others(
      [{ urns: [tel(0)], name: 'New' }],
      {
        before: (line, { people }) => {
          if (line.startsWith('make')) people.push(person(0, { modified_on: '2020' }));
          return undefined;
        },
      },
      always,
    );
    expect(lines).toEqual([`make ${tel(0)}`, `find ${tel(0)}`, 'write #0']);
    expect(ends).toEqual(['updated']);
    expect(server.of(0)?.name).toBe('New');
  });

  test('whose URN is taken by nobody that can be found fail', async () => {
    const { lines, ends } = await others(
      [{ urns: [tel(0)], name: 'New' }],
      { before: line => (line.startsWith('make') ? refused('URN_TAKEN') : undefined) },
      always,
    );
    expect(lines).toEqual([`make ${tel(0)}`, `find ${tel(0)}`]);
    expect(ends).toEqual(['URN_TAKEN']);
  });

  test('that are refused for another reason are not looked up', async () => {
    const { lines, ends } = await others(
      [{ urns: [tel(0)], name: 'New' }],
      {
        people: [person(0)],
        before: line => (line.startsWith('make') ? refused('VALIDATION_FAILED') : undefined),
      },
      always,
    );
    expect(lines).toEqual([`make ${tel(0)}`]);
    expect(ends).toEqual(['VALIDATION_FAILED']);
  });

  test('by a field, the holder of the URN is another contact, and is left alone', async () => {
    const { lines, ends, server } = await others(
      [{ urns: [tel(0)], fields: { id: 'a' }, name: 'New' }],
      { people: [person(0)], options: { key: 'fields.id' } },
      always,
    );
    expect(lines).toEqual([`make ${tel(0)}`]);
    expect(ends).toEqual(['URN_TAKEN']);
    expect(server.of(0)?.name).toBe('Person 0');
  });

  test('whose write failed without an answer are looked up as part of that write', async () => {
    const lost = fail('URN_TAKEN', 'It is taken.', 'Look.', { outcome: 'unknown' });
    const all = lookingUp([{ urns: [tel(0)], name: 'New' }], {
      before: line => (line.startsWith('make') ? lost : undefined),
    });
    const seen: unknown[] = [];
    all.server.client.after = async (error, work) => {
      seen.push(error);
      return work();
    };
    await all.lookUps.others(always);
    expect(seen).toEqual([lost]);
  });

  test('enter their groups a hundred at a time; the rest waits for the end', async () => {
    const { lines, server } = await others(
      upTo(130).map(n => ({ urns: [tel(n)], groups: ['g1'] })),
      { people: upTo(130).map(n => person(n)) },
    );
    expect(lines).toHaveLength(131);
    expect(lines.at(-1)).toBe('add 100 g1');
    expect(server.people.filter(({ groups }) => groups.length > 0)).toHaveLength(100);
    expect(server.of(0)?.groups).toEqual(members('g1'));
  });

  test('in a dry run, are counted and neither made nor matched', async () => {
    const { lines, ends, matches, parts } = await others(
      [{ urns: [tel(0)] }, { urns: [tel(1)], name: 'New' }],
      { people: [person(1)], options: { dryRun: true } },
    );
    expect(lines).toEqual([`find ${tel(0)}`, `find ${tel(1)}`]);
    expect(ends).toEqual(['created', 'updated']);
    expect(matches.uuidOf(0)).toBeUndefined();
    expect(parts.cost.requests).toBe(2);
  });
});
