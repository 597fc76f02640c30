import type { ErrorCode, ItemCode } from '../../src/errors/errors.js';

/** What became of the request that failed. */
export const FATES = {
  none: 'No. Nothing was sent.',
  refused: 'No. The request was refused: nothing was changed by it.',
  reading: 'No. It comes while something is read.',
  elsewhere: 'No. The request did not get as far as RapidPro.',
  behind:
    'As a rule no. Where a write was answered with a web page as if all were well, RapidPro may have done it all the same: `error.outcome` then is `unknown`.',
  perhaps:
    'Perhaps. It does no harm to do it twice, so run the step again. (What must not be done twice ends with `OUTCOME_UNKNOWN` instead.)',
  unknown: 'Nobody knows whether it was done.',
  part: 'A part was done. The error says which.',
} as const;

export interface ErrorText {
  group: keyof typeof GROUPS;
  /** What it means. */
  means: string;
  fate: keyof typeof FATES;
  /** What whoever wrote the job does. */
  todo: string;
  /** True where any operation can end with it. */
  everywhere?: true;
  /** A job that deals with it, where that makes sense. */
  example?: string;
}

export const GROUPS = {
  job: 'The job or its credential',
  refused: 'RapidPro said no',
  way: 'The server, or the way to it',
  push: 'A push that started the job',
  unsure: 'A write that is unknown or done in part',
} as const;

/** Every code that the package throws, in the order of the page. A code without a text does not compile. */
export const errorTexts: Record<ErrorCode, ErrorText> = {
  INVALID_CONFIGURATION: {
    group: 'job',
    everywhere: true,
    means: 'The credential lacks its host or token, or one of them cannot be right.',
    fate: 'none',
    todo: 'Open the credential. `host` is the address as you see it in the browser, such as `https://app.rapidpro.io/`. Copy the token again: it holds no spaces.',
  },
  INVALID_FILTER: {
    group: 'job',
    means:
      'A filter is misspelled, has a value of the wrong kind, or is empty because its data is missing. RapidPro would have answered with everything, or with nothing.',
    fate: 'none',
    todo: 'Correct the filter: the error names it, and often the right word. If it comes from `$` or `state`, look whether the data is there. (Where only the other line of servers knows the filter, a page was read before that was noticed.)',
  },
  INVALID_INPUT: {
    group: 'job',
    everywhere: true,
    means: 'An argument is missing, empty, of the wrong kind, or cannot be sent.',
    fate: 'none',
    todo: 'Correct the argument that the error names. If it comes from `$` or `state`, look whether the data is there.',
  },
  INVALID_OPTION: {
    group: 'job',
    everywhere: true,
    means:
      'The operation has no such option, an option has a value that it cannot have, or the options are empty.',
    fate: 'none',
    todo: 'Correct the option that the error names: the fix names the closest one, or which operations have it. Times are in seconds.',
  },
  INVALID_PATH: {
    group: 'job',
    means:
      'The path given to `http.get`, `http.post`, `http.delete` or `http.request` is not an endpoint.',
    fate: 'none',
    todo: "Write the endpoint alone: `http.get('contacts')`. What stands after `?` goes into the query.",
  },
  UNKNOWN_GROUP: {
    group: 'job',
    means:
      'A list was filtered by a group that the workspace does not have, or that is written with other capitals. RapidPro itself would have given an empty list.',
    fate: 'reading',
    todo: 'Write the group as RapidPro does. `getGroups()` lists them; `ensureGroup(name)` makes a missing one.',
    example: `ensureGroup('New mothers');
getContacts({ group: 'New mothers' });`,
  },
  INVALID_LINK: {
    group: 'job',
    means:
      'The link given to `uploadMedia`, or the link of an archive or an attachment, is not an address on the web, holds a user name or password, or leads to this machine or its own network. The archives of a server on the web are not looked for on your own network.',
    fate: 'none',
    todo: 'Give the whole address of the file, with `https://`. For a server in your own network that you know: `{ allowPrivate: true }`.',
  },
  LINK_FAILED: {
    group: 'job',
    means: 'The file behind a link could not be fetched.',
    fate: 'reading',
    todo: 'Open the link in a browser. Run the job again if it works there.',
  },
  MISSING_TOKEN: {
    group: 'refused',
    everywhere: true,
    means: 'The token did not reach RapidPro.',
    fate: 'refused',
    todo: 'A proxy before RapidPro takes the `Authorization` header away. Use `https://` in `host`, or ask whoever runs the server.',
  },
  INVALID_TOKEN: {
    group: 'refused',
    everywhere: true,
    means: 'RapidPro does not know this token, or a proxy before it wants a login of its own.',
    fate: 'refused',
    todo: 'Copy the token again, and check that `host` is the server that it was made on.',
  },
  PERMISSION_DENIED: {
    group: 'refused',
    everywhere: true,
    means: 'The token is good, but its user may not do this.',
    fate: 'refused',
    todo: 'Use the token of an administrator or editor of the workspace.',
  },
  SYSTEM_OBJECT: {
    group: 'refused',
    means: 'RapidPro made this group or topic itself, and nobody may change it.',
    fate: 'refused',
    todo: 'Use one of your own.',
  },
  NOT_FOUND: {
    group: 'refused',
    means: 'What should be changed or deleted is not there.',
    fate: 'refused',
    todo: 'Check the uuid or URN, and that the credential is for the right workspace. It may have been deleted. `getContact` gives `null` instead of this error; `upsertContact` adds who is missing.',
    example: `deleteContact('tel:+250788999999').catch((error, state) => {
  if (error.code === 'NOT_FOUND') return state;
  throw error;
});`,
  },
  INVALID_CURSOR: {
    group: 'refused',
    means: 'RapidPro does not accept the position in the list to continue from.',
    fate: 'reading',
    todo: 'Read the list from its start: leave `resume: true` out for one run.',
  },
  METHOD_NOT_ALLOWED: {
    group: 'refused',
    means: 'This endpoint does not do that. It comes with `http.*`.',
    fate: 'refused',
    todo: 'Look in [api.md](api.md) what the endpoint can do.',
  },
  VALIDATION_FAILED: {
    group: 'refused',
    everywhere: true,
    means:
      'RapidPro refused what was sent, for a reason that has no code of its own. `addToGroup` and `removeFromGroup` with a smart group give this: RapidPro itself decides who is in it.',
    fate: 'refused',
    todo: 'Read `error.errors`: RapidPro says there what is wrong with each key.',
  },
  INVALID_URN: {
    group: 'refused',
    means: 'A phone number or address is not written as a URN, or is not valid.',
    fate: 'refused',
    todo: 'Write `tel:+250788123123`: the kind, a colon, the number with its country code. A local number, such as `tel:0788123123`, is no error: RapidPro reads it as one of the country of the workspace. Refused are numbers and addresses that RapidPro would take for others: see [writing.md](writing.md#phone-numbers).',
    example: `fn(state => ({ ...state, skipped: 0 }));
upsertContact({ urns: ['tel:12'], name: 'Amina' }).catch((error, state) => {
  if (error.code !== 'INVALID_URN') throw error;
  return { ...state, skipped: state.skipped + 1 };
});`,
  },
  URN_TAKEN: {
    group: 'refused',
    means: 'Another contact has this phone number or address already.',
    fate: 'refused',
    todo: 'Use `upsertContact` to change the contact that holds it.',
    example: `addContact({ name: 'Amina Diallo', urns: ['tel:+250788123123'] }).catch((error, state) => {
  if (error.code === 'URN_TAKEN') return state;
  throw error;
});`,
  },
  CONTACT_CLASH: {
    group: 'refused',
    means:
      'The URNs (or the uuid and the URNs) belong to several contacts, or two entries of a list are the same contact.',
    fate: 'refused',
    todo: 'Decide which contact is right, and name that one alone. From `upsertContact`, `error.details.contacts` has the uuids.',
  },
  NAME_TAKEN: {
    group: 'refused',
    means:
      'The workspace has a group, field, label or the like of this name already. Capitals do not matter.',
    fate: 'refused',
    todo: 'Use `ensureGroup`, `ensureField`, `ensureLabel` or `setGlobal`: they take what is there.',
    example: `ensureField({ name: 'Village', type: 'text' });`,
  },
  UNKNOWN_REFERENCE: {
    group: 'refused',
    means:
      'The request names a group, flow, label, contact, user or resthook that the workspace does not have, or that is archived. In `syncContacts` and `upsertContacts` also a smart group: RapidPro itself decides who is in it.',
    fate: 'refused',
    todo: 'Check the spelling or the uuid, and that the credential is for the right workspace.',
  },
  UNKNOWN_FIELD: {
    group: 'refused',
    means: 'The workspace has no contact field of this key.',
    fate: 'refused',
    todo: 'Use the key, not the name: `getFields()` lists both. `ensureField` makes a missing one.',
  },
  ANONYMOUS_WORKSPACE: {
    group: 'refused',
    means: 'The workspace hides phone numbers: contacts cannot be found by URN.',
    fate: 'refused',
    todo: 'Name contacts by uuid. For `syncContacts`, use a field as the `key`.',
  },
  WORKSPACE_SUSPENDED: {
    group: 'refused',
    everywhere: true,
    means: 'RapidPro has stopped this workspace from sending and changing.',
    fate: 'refused',
    todo: 'Ask whoever runs your RapidPro server.',
  },
  LIMIT_REACHED: {
    group: 'refused',
    means: 'The workspace holds as many groups, fields, labels or the like as it may.',
    fate: 'refused',
    todo: 'Delete what is no longer used, or ask whoever runs the server for a higher limit.',
  },
  TOO_LARGE: {
    group: 'refused',
    everywhere: true,
    means:
      'The request is too large for the server, or what `downloadAttachment` was to fetch is larger than `maxSize`.',
    fate: 'refused',
    todo: 'Send less at once; of attachments, fetch one at a time or give a larger `maxSize`.',
  },
  RATE_LIMITED: {
    group: 'refused',
    everywhere: true,
    means:
      'The workspace has used up its requests, and waiting any longer would go beyond `maxWait`. A list or bulk operation that has done a part does not throw this: it ends with that part.',
    fate: 'refused',
    todo: 'Run the job again after `error.retryAfter` seconds, ask for less, or raise `maxWait`. See [limits.md](limits.md).',
    example: `getContacts({ group: 'Mothers' }, { maxWait: 200 }).catch((error, state) => {
  if (error.code !== 'RATE_LIMITED') throw error;
  return { ...state, tryAgainIn: error.retryAfter };
});`,
  },
  REQUEST_FAILED: {
    group: 'refused',
    everywhere: true,
    means: 'The server refused the request with a status that RapidPro does not use.',
    fate: 'refused',
    todo: 'Check `host`, then ask whoever runs the server. `error.statusCode` has the status.',
  },
  NOT_OFFERED: {
    group: 'way',
    means:
      'This server does not have the endpoint: RapidPro 9 and TextIt each have some that the other lacks.',
    fate: 'refused',
    todo: 'Do without it on this server. [operations.md](operations.md) says which operations only one line of servers has.',
  },
  NOT_RAPIDPRO: {
    group: 'way',
    everywhere: true,
    means:
      'Something answered, but not as RapidPro does: another server, a login page, a proxy or a firewall.',
    fate: 'behind',
    todo: 'Check `host`. If it is right, ask whoever runs the server whether something stands between OpenFn and RapidPro.',
  },
  REDIRECTED: {
    group: 'way',
    everywhere: true,
    means: 'The server sends requests on to another address. The token was not sent there.',
    fate: 'elsewhere',
    todo: 'If the address in the error is your RapidPro, write it into `host`.',
  },
  SERVER_ERROR: {
    group: 'way',
    everywhere: true,
    means: 'RapidPro failed while it worked on the request. It was asked up to four times.',
    fate: 'perhaps',
    todo: 'Try again later. If it keeps failing, report it to whoever runs the server. A URN given twice or a malformed uuid are known causes.',
  },
  SERVER_UNAVAILABLE: {
    group: 'way',
    everywhere: true,
    means:
      'A proxy before RapidPro got no good answer from it (502 to 504, 520 to 530), or not the whole request in time (408). It was asked up to four times.',
    fate: 'perhaps',
    todo: 'Run the job again in a few minutes. If it keeps failing, tell whoever runs the server.',
  },
  CONNECTION_REFUSED: {
    group: 'way',
    everywhere: true,
    means: 'The server does not take connections.',
    fate: 'elsewhere',
    todo: 'Check `host` and its port. If they are right, the server is down.',
  },
  HOST_NOT_FOUND: {
    group: 'way',
    everywhere: true,
    means: 'There is no server of the name in `host`.',
    fate: 'elsewhere',
    todo: 'Check the spelling of `host`.',
  },
  CONNECTION_LOST: {
    group: 'way',
    everywhere: true,
    means: 'The connection broke before RapidPro had answered, several times.',
    fate: 'perhaps',
    todo: 'Run the job again in a few minutes.',
  },
  INSECURE_CONNECTION: {
    group: 'way',
    everywhere: true,
    means:
      'The certificate of the server is not valid, or `host` says `https` where the server speaks `http`.',
    fate: 'elsewhere',
    todo: 'Ask whoever runs the server.',
  },
  TIMEOUT: {
    group: 'way',
    everywhere: true,
    means:
      'No answer came in time (`timeout`, 60 seconds by default), or the connection could not be made in ten.',
    fate: 'perhaps',
    todo: 'Run the job again, ask for less, or raise `timeout`.',
  },
  INVALID_RESPONSE: {
    group: 'way',
    everywhere: true,
    means:
      'The answer, or an archive, was broken, incomplete or nested without end, or it was not the answer of a web server.',
    fate: 'perhaps',
    todo: 'Run the job again. If it keeps failing, a proxy damages answers: ask whoever runs the server.',
  },
  RESPONSE_TOO_LARGE: {
    group: 'way',
    everywhere: true,
    means:
      'The answer is larger than 16 MB, or has more than 1,000,000 parts. RapidPro never sends so much.',
    fate: 'perhaps',
    todo: 'Check that `host` is your RapidPro server.',
  },
  PAGING_LOOP: {
    group: 'way',
    means: 'The server named the same next page twice, or none that can be asked for.',
    fate: 'reading',
    todo: 'This is a fault of the server, or `host` is not a RapidPro server.',
  },
  LIST_TOO_LONG: {
    group: 'way',
    means: 'The list has more than a million records for one array, or its pages have no end.',
    fate: 'reading',
    todo: 'Read it with `eachPage`, or ask for less with a filter or `limit`.',
    example: `eachPage(
  getContacts(),
  fn(state => ({ ...state, total: (state.total ?? 0) + state.data.length })),
);`,
  },
  INVALID_SECRET: {
    group: 'push',
    means: 'A push does not carry the secret that `webhook.parse` asks for.',
    fate: 'none',
    todo: 'Put the same secret into the flow and into the credential. If you did not send the push, somebody else knows the address. See [real-time.md](real-time.md).',
  },
  SIMULATION: {
    group: 'push',
    means: "The push comes from RapidPro's simulator, and the job says `{ simulations: 'stop' }`.",
    fate: 'none',
    todo: 'Nothing is wrong: somebody tried the flow.',
  },
  OUTCOME_UNKNOWN: {
    group: 'unsure',
    means:
      'The connection broke, or the server failed, after a write had been sent that must not be done twice: a message, a broadcast, a flow start, a ticket note, a campaign event, a contact without URN, `http.post`. It was not repeated. After `addGroup` and the like it means that something of this name is there now, made by this step or before it.',
    fate: 'unknown',
    todo: 'Look in RapidPro whether it was done. Only then run the step again.',
    example: `getContact('tel:+250780000001');
sendMessage({ contact: $.data.uuid, text: 'Your visit is tomorrow.' }).catch((error, state) => {
  // A person has to look; the rest of the job goes on.
  if (error.code === 'OUTCOME_UNKNOWN') return { ...state, lookAt: state.data.uuid };
  throw error;
});`,
  },
  PARTIAL_SEND: {
    group: 'unsure',
    means:
      'A broadcast or flow start to more than 100 stopped between two requests, or in the middle of one. `error.details` lists by position in your list who was reached (`done`), perhaps was (`unknown`) and was not (`failed`, `notAttempted`). Positions count from 0; `[[0, 99]]` is the first hundred. `ids` are those of the sends that were made, and `reason` is the code of what went wrong.',
    fate: 'part',
    todo: 'Send again only to `failed` and `notAttempted`, and look in RapidPro for `unknown`.',
    example: `getContacts({ group: 'Mothers' });
sendBroadcast({
  contacts: state => state.data.map(contact => contact.uuid),
  text: 'The clinic is open on Saturday.',
}).catch((error, state) => {
  if (error.code !== 'PARTIAL_SEND') throw error;
  const { failed, notAttempted } = error.details;
  const left = [...failed, ...notAttempted].flatMap(([first, last]) =>
    state.data.slice(first, last + 1),
  );
  // The next run can send to these: their uuids are in the order of the list.
  return { ...state, left: left.map(contact => contact.uuid) };
});`,
  },
  PARTIAL_ACTION: {
    group: 'unsure',
    means:
      'An action on many (`addToGroup`, `closeTickets` …) stopped between two requests. `error.details` has `done`, `unknown`, `failed`, `notAttempted` as in `PARTIAL_SEND`, and the `failures` so far.',
    fate: 'part',
    todo: 'Run the same step again: a second time changes nothing. Only `addTicketNote` would write its note twice: there, go by `details`.',
  },
  BULK_FAILED: {
    group: 'unsure',
    means:
      '`syncContacts` or `upsertContacts` with `{ failOnError: true }` got to its end, and some contacts failed. `error.details` has `counts`, the first ten `failures`, and, where it also stopped early, `resume`: put it into `state.rapidpro.resume` and run the step again with `{ resume: true }`.',
    fate: 'part',
    todo: 'Correct the contacts that failed, and run the same step again: what is done is left as it is.',
    example: `upsertContacts([{ urns: ['tel:+250788123123'], fields: { vilage: 'Kageyo' } }], {
  failOnError: true,
}).catch((error, state) => {
  if (error.code !== 'BULK_FAILED') throw error;
  return { ...state, wrong: error.details.failures.map(({ index, code }) => ({ index, code })) };
});`,
  },
};

/** What an item of an action can have besides. */
export const itemTexts: Record<ItemCode, Pick<ErrorText, 'means' | 'todo'>> = {
  NOT_CHANGED: {
    means:
      'RapidPro reports that it did not act on this one: a message that is unknown or outgoing, or on TextIt a ticket that was so already.',
    todo: 'Often nothing. Check the `id` where it should have changed.',
  },
  NOT_ACTIVE: {
    means: 'The contact is blocked, stopped or archived, and cannot be put into a group.',
    todo: 'Leave it out, or call `unblockContacts` first if you are sure that the person agrees.',
  },
  SKIPPED: {
    means:
      'Only with `{ verify: true }`: RapidPro took the contact, but it is not in the group afterwards. That happens to contacts that are just busy in a flow.',
    todo: 'Run the step again.',
  },
};
