import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built } from '../packaging/project.js';
import { asked, FLOWS, noonInKigali, PAGE, person, world } from './world.js';

vi.setConfig({ testTimeout: 90_000 });

beforeAll(built);

// Reports, reminders, visits and the desk in any order, with faults of either system at any request: nothing twice, nothing lost, nothing to the wrong person.

/** The same numbers for the same seed. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

const WORKERS = [
  { urn: 'tel:+250788000901', clinic: 'ClinicKacy1', language: 'fra' },
  { urn: 'tel:+250788000902', clinic: 'ClinicReme1', language: 'kin' },
];
const TEXTS: Record<string, RegExp> = { fra: /^Votre rapport/, kin: /^Raporo/ };

type Place = readonly [method: string, path: string];
interface Places {
  dhis2: readonly [Place, ...Place[]];
  rapidpro: readonly [Place, ...Place[]];
  /** Whether the desk fails too. */
  desk?: true;
}

const OF_REPORTS: Places = {
  dhis2: [
    ['GET', '/api/dataSets'],
    ['GET', '/api/completeDataSetRegistrations'],
    ['POST', '/api/dataValueSets'],
    ['POST', '/api/completeDataSetRegistrations'],
  ],
  rapidpro: [
    ['GET', 'runs'],
    ['GET', 'contacts'],
    ['POST', 'contacts'],
    ['POST', 'messages'],
  ],
};
const OF_PEOPLE: Places = {
  dhis2: [
    ['GET', '/api/system/info'],
    ['GET', '/api/tracker/trackedEntities'],
    ['POST', '/api/tracker'],
  ],
  rapidpro: [
    ['GET', 'contacts'],
    ['POST', 'contacts'],
    ['POST', 'contact_actions'],
    ['POST', 'messages'],
    ['POST', 'flow_starts'],
  ],
};

const OF_VISITS: Places = {
  dhis2: [
    ['GET', '/api/tracker/events'],
    ['GET', '/api/tracker/trackedEntities'],
    ['POST', '/api/tracker'],
  ],
  rapidpro: [
    ['GET', 'contacts'],
    ['GET', 'runs'],
    ['POST', 'contacts'],
    ['POST', 'flow_starts'],
  ],
  desk: true,
};

type Both = Awaited<ReturnType<typeof world>>;

/** Lets one of the next requests go wrong, in one of the ways in which they do. Tells what it was. */
function someFault(both: Both, roll: (sides: number) => number, places: Places): string {
  if (places.desk && roll(3) === 0) {
    const method = (['GET', 'POST'] as const)[roll(2)] ?? 'GET';
    const after = roll(2) === 0;
    both.collections.fault({ method, after, ...(roll(2) === 0 ? { kind: 'reset' } : {}) });
    return `desk ${method} after: ${after}`;
  }
  if (roll(2) === 0) {
    const [method, path] = places.dhis2[roll(places.dhis2.length)] ?? places.dhis2[0];
    const after = roll(2) === 0;
    const kinds = [{ status: 500 }, PAGE, { status: 409 }, { kind: 'reset' as const }];
    const kind = kinds[roll(method === 'GET' ? 2 : 4)] ?? { status: 500 };
    both.dhis2.fault({ method, path, after, ...kind });
    return `DHIS2 ${method} ${path} ${JSON.stringify(kind)} after: ${after}`;
  }
  const [method, path] = places.rapidpro[roll(places.rapidpro.length)] ?? places.rapidpro[0];
  const when = { method, path };
  const strikes = (['before', 'after'] as const)[roll(2)] ?? 'before';
  if (roll(2) === 0) both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
  else both.sandbox.fault({ kind: 'reset', strikes, when });
  return `RapidPro ${method} ${path} ${strikes}`;
}

describe.each([11, 23, 47, 177, 240])('reports and reminders, schedule %i', seed => {
  test('each report arrives once, the newest counts, and nobody is reminded twice or in vain', async () => {
    const roll = dice(seed);
    const now = noonInKigali();
    const both = await world({
      now: () => now,
      dhis2: { clock: () => now },
      contacts: WORKERS.map(({ urn, clinic, language }) => ({
        urns: [urn],
        language,
        groups: ['Health workers'],
        fields: { clinic },
      })),
    });
    for (const id of ['DataElCases', 'DataElDeath']) {
      both.dhis2.setUp('dataElements', { id, zeroIsSignificant: true });
    }
    const reported = new Map<string, [string, string]>();
    const messages = () => both.sandbox.sent().filter(({ kind }) => kind === 'message');
    const uuidOf = (urn: string) =>
      both.sandbox.contacts().find(({ urns }) => urns.includes(urn))?.uuid;
    const story: string[] = [];
    for (let step = 0; step < 7; step++) {
      if (roll(3) === 0) {
        const worker = WORKERS[roll(WORKERS.length)] ?? WORKERS[0];
        if (!worker) continue;
        const answers: [string, string] = [String(roll(50)), String(roll(5))];
        await both.goThrough(FLOWS.report, worker.urn, answers);
        reported.set(worker.clinic, answers);
        story.push(`${worker.clinic} reports ${answers}`);
      }
      if (roll(3) > 0) story.push(someFault(both, roll, OF_REPORTS));
      const name = roll(2) === 0 ? 'reports' : 'reminders';
      const before = messages().length;
      const silent = WORKERS.filter(({ clinic }) => !reported.has(clinic)).map(one => one.urn);
      // After a run that fails the next one begins with what the last good one left, or with what the failed one had.
      const begun = both.states[name];
      const final = await both.run(name);
      if (final.errors && roll(2) === 0) both.states[name] = begun ?? {};
      story.push(`${name} ${JSON.stringify(final.data ?? Object.keys(final.errors ?? {}))}`);
      for (const { contacts } of messages().slice(before)) {
        expect(silent.map(uuidOf), story.join('\n')).toContain(contacts[0]);
      }
    }
    // Each fault may still be waiting for its request; at last both systems are well.
    for (let again = 0; again < 12; again++) {
      const final = await both.run('reports');
      if (!final.errors && final.data?.waiting === 0) break;
    }
    const context = story.join('\n');
    const values = both.dhis2
      .dataValues()
      .map(({ orgUnit, dataElement, value }) => `${orgUnit} ${dataElement} ${value}`);
    const expected = [...reported].flatMap(([clinic, [cases, deaths]]) => [
      `${clinic} DataElCases ${cases}`,
      `${clinic} DataElDeath ${deaths}`,
    ]);
    expect(values.sort(), context).toEqual(expected.sort());
    expect(
      both.dhis2
        .registrations()
        .map(one => one.organisationUnit)
        .sort(),
      context,
    ).toEqual([...reported.keys()].sort());
    for (const { urn, language } of WORKERS) {
      const own = messages().filter(({ contacts }) => contacts.includes(uuidOf(urn) ?? ''));
      expect(own.length, context).toBeLessThanOrEqual(1);
      for (const { text } of own) expect(text).toMatch(TEXTS[language] ?? /never/);
    }
  });
});

describe.each([5, 17, 31])('people and registrations, schedule %i', seed => {
  test('each is there once in both systems, is started once at most, and is welcomed once at most', async () => {
    const roll = dice(seed);
    const both = await world();
    const story: string[] = [];
    const pushes: object[] = [];
    let people = 0;
    const register = async (push: object) => {
      const { data, errors } = await both.register(push);
      story.push(`push ${JSON.stringify(data ?? Object.keys(errors ?? {}))}`);
      return data;
    };
    for (let step = 0; step < 6; step++) {
      if (roll(2) === 0) {
        people += 1;
        const number = `+25078800010${people}`;
        const kind = roll(2);
        if (kind === 0) {
          const one = { id: `PersonNum0${people}`, name: `Mother ${people}`, phone: number };
          both.dhis2.enter({ trackedEntities: [person(one)] });
        } else {
          const answers = [`Mother ${people}`, 'Gisozi', 'Remera'];
          await both.goThrough(FLOWS.registration, `tel:${number}`, answers);
          pushes.push(...both.receiver.received.slice(pushes.length));
        }
        story.push(`${number} ${kind === 0 ? 'is entered in DHIS2' : 'registers'}`);
      }
      if (roll(3) > 0) story.push(someFault(both, roll, OF_PEOPLE));
      const push = pushes[roll(Math.max(pushes.length, 1))];
      if (push && roll(2) === 0) await register(push);
      else {
        const { data, errors } = await both.run('contacts');
        story.push(`contacts ${JSON.stringify(data ?? Object.keys(errors ?? {}))}`);
      }
    }
    // Each fault may still be waiting for its request; at last both systems are well, and each push is delivered.
    for (const push of pushes) {
      for (let again = 0; again < 12 && !(await register(push))?.registered; again++);
    }
    for (let again = 0; again < 12; again++) {
      if (!(await both.run('contacts')).errors) break;
    }
    await both.run('contacts');
    const context = story.join('\n');
    const contacts = both.sandbox.contacts();
    expect(both.dhis2.people(), context).toHaveLength(people);
    expect(both.dhis2.enrollments(), context).toHaveLength(people);
    const ids = contacts.map(({ fields }) => fields.dhis2_id);
    expect([...ids].sort(), context).toEqual(
      both.dhis2
        .people()
        .map(one => one.id)
        .sort(),
    );
    for (const { uuid, urns, fields } of contacts) {
      const phone = both.dhis2.people().find(one => one.id === fields.dhis2_id)?.values.AttrPhoneNr;
      expect(urns, context).toEqual([`tel:${phone}`]);
      const own = both.sandbox.sent().filter(sent => sent.contacts.includes(uuid));
      const welcomes = own.filter(({ kind }) => kind === 'message').length;
      const starts = own.filter(({ kind }) => kind === 'flow_start').length;
      expect({ welcomes, starts }, context).toEqual({
        welcomes: Math.min(welcomes, 1),
        starts: Math.min(starts, 1),
      });
    }
  });
});

const DAY = 24 * 60 * 60 * 1000;

describe.each([29, 71])('visits, schedule %i', seed => {
  test('each is started once at most and for the right person, each answer arrives, and each ends in one way', async () => {
    const roll = dice(seed);
    const noon = noonInKigali();
    const clock = { now: noon };
    const day = (offset: number) => new Date(noon + offset * DAY).toISOString().slice(0, 10);
    const mothers = [0, 1, 2].map(index => ({
      id: `PersonNum0${index}`,
      event: `EventNumb0${index}`,
      urn: `tel:+25078800020${index}`,
      due: roll(4) - 1,
      answer: '',
      entered: '',
    }));
    const both = await world({
      now: () => clock.now,
      dhis2: { clock: () => clock.now },
      contacts: mothers.map(({ id, urn }) => ({
        urns: [urn],
        groups: ['DHIS2 clients'],
        fields: { dhis2_id: id },
      })),
    });
    both.dhis2.enter({
      trackedEntities: mothers.map(({ id, event, urn, due }) => {
        const one = person({ id, name: id, phone: urn.slice(4) }) as { enrollments: object[] };
        const visit = { event, program: 'MatCareProg', programStage: 'VisitStage1' };
        const more = { orgUnit: 'ClinicKacy1', status: 'SCHEDULE', scheduledAt: day(due) };
        const [enrollment] = one.enrollments;
        return { ...one, enrollments: [{ ...enrollment, events: [{ ...visit, ...more }] }] };
      }),
    });
    const startsOf = (event: string) =>
      both.sandbox
        .sent()
        .filter(({ params }) => (params as { event?: string } | undefined)?.event === event);
    const inDhis2 = (event: string) => both.dhis2.events().find(({ id }) => id === event);
    const story: string[] = [];
    for (let step = 0; step < 7; step++) {
      const mother = mothers[roll(mothers.length)] ?? mothers[0];
      const isStarted = mother && startsOf(mother.event).length > 0;
      if (mother && isStarted && !mother.answer && roll(2) === 0) {
        mother.answer = String(50 + roll(20));
        await both.sandbox.settled();
        await both.sandbox.reply(mother.urn, mother.answer);
        await both.sandbox.settled();
        story.push(`${mother.event} answers ${mother.answer}`);
      } else if (mother && roll(6) === 0 && inDhis2(mother.event)?.status === 'SCHEDULE') {
        mother.entered = String(80 + roll(9));
        const { enrollment } = inDhis2(mother.event) ?? {};
        both.dhis2.enter({
          events: [
            {
              ...{ event: mother.event, program: 'MatCareProg', programStage: 'VisitStage1' },
              ...{ enrollment, orgUnit: 'ClinicKacy1', scheduledAt: day(mother.due) },
              ...{ status: 'COMPLETED', occurredAt: day(0) },
              dataValues: [{ dataElement: 'VisitWeight', value: mother.entered }],
            },
          ],
        });
        story.push(`a clinic enters ${mother.event}`);
      }
      if (roll(3) > 0) story.push(someFault(both, roll, OF_VISITS));
      const begun = both.states.visits;
      const final = await both.run('visits');
      if (final.errors && roll(2) === 0) both.states.visits = begun ?? {};
      story.push(`visits ${JSON.stringify(final.data ?? Object.keys(final.errors ?? {}))}`);
      if (roll(4) === 0) clock.now += DAY;
    }
    // Each fault may still be waiting for its request; at last both systems and the desk are well, and much later.
    const settle = async () => {
      for (let again = 0; again < 12; again++) {
        if (!(await both.run('visits')).errors && again > 3) break;
      }
    };
    await settle();
    clock.now += 9 * DAY;
    await settle();
    const context = story.join('\n');
    for (const { id, event, urn, answer, entered } of mothers) {
      const made = startsOf(event);
      expect(made.length, context).toBeLessThanOrEqual(1);
      const contact = both.sandbox.contacts().find(({ fields }) => fields.dhis2_id === id);
      expect(contact?.urns, context).toEqual([urn]);
      for (const { contacts } of made) expect(contacts, context).toEqual([contact?.uuid]);
      const { status, values } = inDhis2(event) ?? {};
      const isDone = Boolean(entered || answer);
      expect(status, context).toBe(isDone ? 'COMPLETED' : 'SCHEDULE');
      expect(values, context).toEqual(isDone ? { VisitWeight: entered || answer } : {});
      const ended = both.desk()[`visit-${event}`]?.status;
      // One that a clinic has completed before it was ever looked at is nobody's to look at.
      if (ended || !entered) {
        const open = made.length > 0 ? ['refused'] : ['refused', 'unknown'];
        expect(isDone ? ['done'] : open, context).toContain(ended);
      }
    }
  });
});

describe.each([13, 59])('reports that are refused, corrected and sent again, schedule %i', seed => {
  test('each arrives, the newest counts, nothing is sent in vain, and each ends as done', async () => {
    const roll = dice(seed);
    const both = await world({
      contacts: WORKERS.map(({ urn }, index) => ({
        urns: [urn],
        groups: ['Health workers'],
        fields: { clinic: index === 0 ? 'ClinicKacy1' : 'ClinicGone1' },
      })),
      settings: all => ({ ...all, desk: { ...all.desk, resendAfterMinutes: 0 } }),
    });
    for (const id of ['DataElCases', 'DataElDeath']) {
      both.dhis2.setUp('dataElements', { id, zeroIsSignificant: true });
    }
    const mend = () => {
      both.dhis2.setUp('orgUnits', { id: 'ClinicGone1', name: 'New', parent: 'CountryRW01' });
      const organisationUnits = ['ClinicKacy1', 'ClinicReme1', 'ClinicGone1'];
      both.dhis2.setUp('dataSets', { id: 'WeeklyMalar', organisationUnits });
    };
    const newest = new Map<string, string>();
    let reported = 0;
    const story: string[] = [];
    for (let step = 0; step < 6; step++) {
      if (step < 2 || roll(3) === 0) {
        const index = roll(2);
        const number = String(roll(50));
        await both.goThrough(FLOWS.report, WORKERS[index]?.urn ?? '', [number, '1']);
        newest.set(index === 0 ? 'ClinicKacy1' : 'ClinicGone1', number);
        reported += 1;
        story.push(`${index} reports ${number}`);
      }
      if (step === 3) mend();
      const places = { ...OF_REPORTS, desk: true } as const;
      if (roll(3) > 0) story.push(someFault(both, roll, places));
      const name = roll(2) === 0 ? 'reports' : 'resend';
      const begun = both.states[name];
      const final = await both.run(name);
      if (final.errors && roll(2) === 0) both.states[name] = begun ?? {};
      story.push(`${name} ${JSON.stringify(final.data ?? Object.keys(final.errors ?? {}))}`);
    }
    for (let again = 0; again < 12; again++) {
      const final = await both.run('reports');
      if (!final.errors && again > 3 && final.data?.waiting === 0) break;
    }
    await both.run('resend');
    const context = story.join('\n');
    const cases = both.dhis2.dataValues().filter(one => one.dataElement === 'DataElCases');
    expect(Object.fromEntries(cases.map(one => [one.orgUnit, one.value])), context).toEqual(
      Object.fromEntries(newest),
    );
    const entries = Object.values(both.desk()).filter(({ kind }) => kind === 'report');
    expect(
      entries.map(({ status }) => status),
      context,
    ).toEqual(Array.from({ length: reported }, () => 'done'));
    const before = both.dhis2.requests().filter(({ method }) => method === 'POST').length;
    await both.run('reports');
    await both.run('resend');
    const posts = both.dhis2.requests().filter(({ method }) => method === 'POST').length;
    expect(posts, context).toBe(before);
    expect(asked(both).messages, context).toBe(0);
  });
});
