import type { ErrorCode, ItemCode } from '../../src/errors/errors.js';

/** Whether the request that failed was done. */
export const FATES = {
  none: 'No',
  refused: 'No',
  reading: 'No',
  elsewhere: 'No',
  behind: 'Usually not',
  perhaps: 'Maybe; safe to repeat',
  unknown: 'Unknown',
  part: 'In part',
} as const;

export interface ErrorText {
  group: keyof typeof GROUPS;
  /** What it means, in one line. */
  means: string;
  fate: keyof typeof FATES;
  /** What to do about it. */
  todo: string;
  /** What does not fit into a line. */
  more?: string;
  /** True where any operation can end with it. */
  everywhere?: true;
  /** A job that handles it, where that makes sense. */
  example?: string;
}

export const GROUPS = {
  job: 'The job or its credential',
  refused: 'RapidPro refused',
  way: 'The server or the connection',
  push: 'A push that started the job',
  unsure: 'Writes with an unknown or partial result',
} as const;

/** Every code that the package throws, in the order of the page. A code without a text does not compile. */
export const errorTexts: Record<ErrorCode, ErrorText> = {
  INVALID_CONFIGURATION: {
    group: 'job',
    everywhere: true,
    means:
      'The credential has no host or token, one of its values is malformed, or the proxy in the environment has no valid address.',
    fate: 'none',
    todo: 'Open the credential. `host` is the address from your browser, such as `https://app.rapidpro.io/`. Copy the token again, without spaces.',
  },
  INVALID_FILTER: {
    group: 'job',
    means: 'A filter is misspelled, empty or of the wrong type.',
    fate: 'none',
    todo: 'Correct the filter that the error names. If it comes from `$` or `state`, check that the data is there.',
  },
  INVALID_INPUT: {
    group: 'job',
    everywhere: true,
    means: 'An argument is missing, empty, of the wrong type, or cannot be sent.',
    fate: 'none',
    todo: 'Correct the argument that the error names. If it comes from `$` or `state`, check that the data is there.',
  },
  INVALID_OPTION: {
    group: 'job',
    everywhere: true,
    means: 'The operation does not have this option, or not with this value.',
    fate: 'none',
    todo: 'Use the option that the fix suggests. Times are in seconds.',
  },
  INVALID_PATH: {
    group: 'job',
    means:
      'The path for `http.get`, `http.post`, `http.delete` or `http.request` is not an endpoint.',
    fate: 'none',
    todo: "Write only the endpoint: `http.get('contacts')`. Move anything after `?` into the query.",
  },
  UNKNOWN_GROUP: {
    group: 'job',
    means:
      'A list was filtered by a group that does not exist, has different capitals, or was renamed or deleted while the list was read.',
    fate: 'reading',
    todo: 'Write the group exactly as in RapidPro, or create it first.',
    more: '`getGroups()` lists all groups, `ensureGroup(name)` creates a missing one. RapidPro itself would return an empty list.',
    example: `ensureGroup('New mothers');
getContacts({ group: 'New mothers' });`,
  },
  INVALID_LINK: {
    group: 'job',
    means:
      'The link for `uploadMedia`, or of an archive or attachment, is not a public web address.',
    fate: 'none',
    todo: 'Use the full address of the file with `https://`. For a server in your own network: `{ allowPrivate: true }`.',
  },
  LINK_FAILED: {
    group: 'job',
    means: 'The file behind a link could not be downloaded.',
    fate: 'reading',
    todo: 'Open the link in a browser. If it works there, run the job again.',
  },
  MISSING_TOKEN: {
    group: 'refused',
    everywhere: true,
    means: 'The token did not reach RapidPro.',
    fate: 'refused',
    todo: 'Use `https://` in `host`. If that is right, ask the people who run the server whether a proxy removes the `Authorization` header.',
  },
  INVALID_TOKEN: {
    group: 'refused',
    everywhere: true,
    means: 'RapidPro does not know this token, or a proxy wants a login.',
    fate: 'refused',
    todo: 'Copy the token again, and check that `host` is the server where you created it.',
  },
  PERMISSION_DENIED: {
    group: 'refused',
    everywhere: true,
    means: 'The token is valid, but its user is not allowed to do this.',
    fate: 'refused',
    todo: 'Use the token of an administrator or editor of the workspace.',
  },
  SYSTEM_OBJECT: {
    group: 'refused',
    means: 'RapidPro created this group or topic, and nobody can change it.',
    fate: 'refused',
    todo: 'Use one of your own.',
  },
  NOT_FOUND: {
    group: 'refused',
    means: 'The object to change or delete does not exist.',
    fate: 'refused',
    todo: 'Check the uuid or URN, and that the credential belongs to the right workspace.',
    more: 'It may have been deleted. `getContact` returns `null` instead of this error, and `upsertContact` adds a missing contact.',
    example: `deleteContact('tel:+250788999999').catch((error, state) => {
  if (error.code === 'NOT_FOUND') return state;
  throw error;
});`,
  },
  INVALID_CURSOR: {
    group: 'refused',
    means: 'RapidPro does not accept the position to continue a list from.',
    fate: 'reading',
    todo: 'Read the list from the start: leave out `resume: true` for one run.',
  },
  METHOD_NOT_ALLOWED: {
    group: 'refused',
    means: 'The endpoint does not support this method of `http.*`.',
    fate: 'refused',
    todo: 'See [API coverage](api.md) for what the endpoint supports.',
  },
  VALIDATION_FAILED: {
    group: 'refused',
    everywhere: true,
    means: 'RapidPro refused the data, for a reason without a code of its own.',
    fate: 'refused',
    todo: 'Read `error.errors`: RapidPro says there what is wrong with each key. Contacts cannot be added to smart groups or removed from them.',
  },
  INVALID_URN: {
    group: 'refused',
    means: 'A phone number or address is not a valid URN.',
    fate: 'refused',
    todo: 'Write `tel:+250788123123`: the scheme, a colon, and the number with its country code.',
    more: 'A local number, such as `tel:0788123123`, is accepted: RapidPro reads it with the country of the workspace. Ambiguous numbers are refused: see [phone numbers](../guides/numbers-and-dates.md#phone-numbers).',
    example: `fn(state => ({ ...state, skipped: 0 }));
upsertContact({ urns: ['tel:12'], name: 'Amina' }).catch((error, state) => {
  if (error.code !== 'INVALID_URN') throw error;
  return { ...state, skipped: state.skipped + 1 };
});`,
  },
  URN_TAKEN: {
    group: 'refused',
    means: 'Another contact already has this phone number or address.',
    fate: 'refused',
    todo: 'If it is the same person, `upsertContact` updates that contact. If it is somebody else, correct the number, or [move it](../guides/sync-people.md#a-number-that-moves-to-someone-else).',
  },
  CONTACT_CLASH: {
    group: 'refused',
    means:
      'The URNs (or the uuid and the URNs) belong to several contacts, or two entries of a list are the same contact.',
    fate: 'refused',
    todo: 'Decide which contact is right, and name only that one. In a list, `{ duplicates: "first" }` or `"last"` chooses between entries. From `upsertContact`, `error.details.contacts` has the uuids.',
  },
  NAME_TAKEN: {
    group: 'refused',
    means:
      'The workspace already has a group, field, label or similar with this name, in any capitals.',
    fate: 'refused',
    todo: 'Use `ensureGroup`, `ensureField`, `ensureLabel` or `setGlobal`: they accept what exists. If one of these says so, RapidPro keeps the name for itself: choose another.',
    example: `ensureField({ name: 'Village', type: 'text' });`,
  },
  UNKNOWN_REFERENCE: {
    group: 'refused',
    means:
      'A group, flow, label, contact, user or resthook does not exist, or is archived. In `syncContacts` and `upsertContacts`, also a smart group.',
    fate: 'refused',
    todo: 'Check the spelling or uuid, and that the credential belongs to the right workspace.',
  },
  UNKNOWN_FIELD: {
    group: 'refused',
    means: 'The workspace has no contact field with this key.',
    fate: 'refused',
    todo: 'Use the key, not the name: `getFields()` lists both. `ensureField` creates a missing field.',
  },
  ANONYMOUS_WORKSPACE: {
    group: 'refused',
    means: 'The workspace hides phone numbers, so contacts cannot be found by URN.',
    fate: 'refused',
    todo: 'Use the uuid. For `syncContacts`, use a field as the `key`.',
  },
  WORKSPACE_SUSPENDED: {
    group: 'refused',
    everywhere: true,
    means: 'RapidPro has suspended this workspace: it cannot send or change anything.',
    fate: 'refused',
    todo: 'Ask the people who run your RapidPro server.',
  },
  LIMIT_REACHED: {
    group: 'refused',
    means: 'The workspace has the maximum number of groups, fields, labels or similar.',
    fate: 'refused',
    todo: 'Delete what is no longer used, or ask the people who run the server for a higher limit.',
  },
  TOO_LARGE: {
    group: 'refused',
    everywhere: true,
    means:
      'The request is too large for the server, or the files of `downloadAttachment` are larger than `maxSize`.',
    fate: 'refused',
    todo: 'Send less at once. Download attachments one at a time, or raise `maxSize`.',
  },
  RATE_LIMITED: {
    group: 'refused',
    everywhere: true,
    means: 'The workspace has used up its requests, and the wait would be longer than `maxWait`.',
    fate: 'refused',
    todo: 'Run the job again after `error.retryAfter` seconds, read less, or raise `maxWait`. See [limits](../guides/limits.md#requests-per-hour).',
    more: 'A list or bulk operation that is partly done does not throw this: it ends with that part.',
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
    todo: 'Check `host`, then ask the people who run the server. `error.statusCode` has the status.',
  },
  NOT_OFFERED: {
    group: 'way',
    means: 'This server does not have the endpoint: RapidPro 9 and TextIt differ.',
    fate: 'refused',
    todo: 'Do without it on this server. [Operations](operations.md) says which servers have what.',
  },
  NOT_RAPIDPRO: {
    group: 'way',
    everywhere: true,
    means:
      'The answer is not from RapidPro, but from another server, a login page, a proxy or a firewall.',
    fate: 'behind',
    todo: 'Check `host`. If it is right, ask the people who run the server what is between OpenFn and RapidPro. If `error.outcome` is `unknown`, check whether a write was done.',
  },
  REDIRECTED: {
    group: 'way',
    everywhere: true,
    means: 'The server redirects to another address. The token was not sent there.',
    fate: 'behind',
    todo: 'If the address in the error is your RapidPro, use it as `host`. If `error.outcome` is `unknown`, check whether a write was done.',
  },
  SERVER_ERROR: {
    group: 'way',
    everywhere: true,
    means: 'RapidPro failed, in up to four attempts.',
    fate: 'perhaps',
    todo: 'Try again later. If it keeps failing, report it to the people who run the server. Known causes are a malformed uuid and a URN given twice.',
  },
  SERVER_UNAVAILABLE: {
    group: 'way',
    everywhere: true,
    means:
      'RapidPro did not respond to its proxy (502 to 504, 520 to 530, 598, 599), had no storage left (507), or the request did not arrive in time (408) or came too early (425), in up to four attempts.',
    fate: 'perhaps',
    todo: 'Run the job again in a few minutes. If it keeps failing, tell the people who run the server.',
  },
  CONNECTION_REFUSED: {
    group: 'way',
    everywhere: true,
    means: 'The server does not accept connections.',
    fate: 'elsewhere',
    todo: 'Check `host` and its port. If they are right, the server is down.',
  },
  HOST_NOT_FOUND: {
    group: 'way',
    everywhere: true,
    means: 'There is no server with the name in `host`.',
    fate: 'elsewhere',
    todo: 'Check the spelling of `host`. If only the proxy of your network knows the name: [Networks](../guides/networks.md).',
  },
  CONNECTION_LOST: {
    group: 'way',
    everywhere: true,
    means: 'The connection broke before RapidPro answered, several times.',
    fate: 'perhaps',
    todo: 'Run the job again in a few minutes.',
  },
  INSECURE_CONNECTION: {
    group: 'way',
    everywhere: true,
    means:
      'The certificate of the server is not valid, or its authority is not known here; or `host` says `https` and the server speaks `http`.',
    fate: 'elsewhere',
    todo: 'The error says which. If your server or network has its own authority, put its certificate into `ca` of the credential: [Networks](../guides/networks.md).',
  },
  PROXY_FAILED: {
    group: 'way',
    everywhere: true,
    means:
      'The proxy in `HTTPS_PROXY` or `HTTP_PROXY` cannot be reached, asks for a password, or blocks the request.',
    fate: 'elsewhere',
    todo: 'Correct the variable, or ask the people who run the network: [Networks](../guides/networks.md).',
  },
  TIMEOUT: {
    group: 'way',
    everywhere: true,
    means:
      'No answer came in time (`timeout`, 60 seconds by default), or no connection within ten seconds.',
    fate: 'perhaps',
    todo: 'Run the job again, read less, or raise `timeout`.',
  },
  INVALID_RESPONSE: {
    group: 'way',
    everywhere: true,
    means:
      'An answer or archive was broken, incomplete or nested too deeply, or a look-up was answered with another contact.',
    fate: 'perhaps',
    todo: 'Run the job again. If it keeps failing, ask the people who run the server whether a proxy damages answers.',
  },
  RESPONSE_TOO_LARGE: {
    group: 'way',
    everywhere: true,
    means:
      'The answer has more than 16 MB, 1,000,000 values or 50,000 different keys. RapidPro never sends that much.',
    fate: 'perhaps',
    todo: 'Check that `host` is your RapidPro server.',
  },
  PAGING_LOOP: {
    group: 'way',
    means: 'The server named the same next page twice, or an invalid one.',
    fate: 'reading',
    todo: 'Check that `host` is a RapidPro server. If it is, the server has a fault.',
  },
  LIST_TOO_LONG: {
    group: 'way',
    means:
      'The list has more than a million records, one of its pages more than 10,000, or the pages never end.',
    fate: 'reading',
    todo: 'Read it with `eachPage`, or read less with a filter or `limit`.',
    example: `eachPage(
  getContacts(),
  fn(state => ({ ...state, total: (state.total ?? 0) + state.data.length })),
);`,
  },
  INVALID_SECRET: {
    group: 'push',
    means: 'A push does not have the secret that `webhook.parse` checks.',
    fate: 'none',
    todo: 'Use the same secret in the flow and in the credential. If you did not send the push, someone else knows the address. See [protect a webhook](../guides/protect-webhooks.md).',
  },
  SIMULATION: {
    group: 'push',
    means: "The push comes from RapidPro's simulator, and the job has `{ simulations: 'stop' }`.",
    fate: 'none',
    todo: 'Nothing. Somebody tried the flow.',
  },
  OUTCOME_UNKNOWN: {
    group: 'unsure',
    means:
      'A write that must not be repeated was sent, but its answer was lost, or is the page of another server.',
    fate: 'unknown',
    todo: 'Check in RapidPro whether it was done. Only then run the step again.',
    more: 'This concerns messages, broadcasts, flow starts, ticket notes, campaign events, contacts without a URN, and `http.post`. After `addGroup` and similar operations, it means that something with this name now exists, created by this step or earlier.',
    example: `getContact('tel:+250780000001');
sendMessage({ contact: $.data.uuid, text: 'Your visit is tomorrow.' }).catch((error, state) => {
  // A person has to check; the rest of the job continues.
  if (error.code === 'OUTCOME_UNKNOWN') return { ...state, lookAt: state.data.uuid };
  throw error;
});`,
  },
  PARTIAL_SEND: {
    group: 'unsure',
    means: 'A broadcast or flow start to more than 100 recipients stopped halfway.',
    fate: 'part',
    todo: 'Send again only to `failed` and `notAttempted`, and check RapidPro for `unknown`.',
    more: '`error.details` lists positions in your list: who was reached (`done`), may have been reached (`unknown`), and was not reached (`failed`, `notAttempted`). Positions start at 0, and both ends are included: `[[0, 99]]` is the first hundred. `ids` has the ids of the sends, and `reason` the code of the error.',
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
    means: 'An action on many items (`addToGroup`, `closeTickets` …) stopped halfway.',
    fate: 'part',
    todo: 'Run the same step again; repeating it changes nothing. The exception is `addTicketNote`, which would add its note twice: go by `details`.',
    more: '`error.details` has `done`, `unknown`, `failed` and `notAttempted`, as in `PARTIAL_SEND`, and the `failures` so far.',
  },
  BULK_FAILED: {
    group: 'unsure',
    means:
      '`syncContacts` or `upsertContacts` with `{ failOnError: true }` is done, and some contacts failed.',
    fate: 'part',
    todo: 'Correct the contacts that failed, and run the same step again. Finished contacts are left alone.',
    more: '`error.details` has `counts` and the first ten `failures`. If the operation also stopped early, it has `resume`: put this into `state.rapidpro.resume`, and run the step again with `{ resume: true }`.',
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
      'RapidPro did not act on this item: a message that is unknown or outgoing, or on TextIt a ticket that already was in this state.',
    todo: 'Usually nothing. If it should have changed, check the `id`.',
  },
  NOT_ACTIVE: {
    means: 'The contact is blocked, stopped or archived, so it cannot join a group.',
    todo: 'Leave it out. If the person agrees, call `unblockContacts` first.',
  },
  SKIPPED: {
    means:
      'RapidPro accepted the contact, but up to seven seconds later it shows no change: the contact is busy in a flow, or the lists are further behind. Only with `{ verify: true }`.',
    todo: 'Run the step again.',
  },
  NOT_VERIFIED: {
    means:
      'RapidPro accepted the contact, but its lists did not show in time whether it is in the group now. Only with `{ verify: true }`.',
    todo: 'Run the step again: repeating it changes nothing. If `maxWait` is below 7 seconds, raise it.',
  },
};
