// Fills in the events of answered visits, and completes them. Writing twice changes nothing.

const FIELDS =
  'event,status,program,programStage,enrollment,orgUnit,scheduledAt,geometry,assignedUser,attributeOptionCombo';
const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

// DHIS2 quotes what it refuses. So only its code and its words before the first quote are kept.
const withoutValues = (message, code) => {
  const [words] = String(message).split(/[`'"(=[]/);
  return `${words.trim().replace(/[:;]$/, '')} (${code})`;
};

fn(async state => {
  const items = [...state.items];
  let filled = 0;
  for (const { event: id, of, who, day, values } of state.answered) {
    const end = item => items.push({ kind: 'visit', id, who, of, ...item });
    const { data, response } = await get(`/api/tracker/events/${id}`, {
      query: { fields: FIELDS },
      errors: { 403: false, 404: false },
    })(state);
    if (response.statusCode === 403) {
      const cause = 'DHIS2 does not show this visit to its user (403).';
      end({ status: 'refused', cause, mend: 'DHIS2: what the user may see; then the next run' });
      continue;
    }
    // Only a 404 from DHIS2 itself counts. A server that is starting answers 404 with a page.
    const isGone = response.statusCode === 404 && data?.httpStatusCode === 404;
    const status = isGone ? 'deleted' : data?.status;
    if (!status) throw new Error(PAGE);
    // What a clinic entered meanwhile is not overwritten.
    if (!['SCHEDULE', 'OVERDUE'].includes(status)) {
      end({ status: 'done', cause: `In DHIS2 it is ${status}.` });
      continue;
    }
    // An update removes everything that it does not contain. So all of it is sent back.
    const event = { ...data, status: 'COMPLETED', occurredAt: day, dataValues: values };
    const { data: report } = await post(
      '/api/tracker',
      { events: [event] },
      {
        query: { async: false, importStrategy: 'UPDATE', atomicMode: 'ALL' },
        errors: { 409: false },
      },
    )(state);
    if (!report?.status) throw new Error(PAGE);
    if (report.status !== 'ERROR') {
      filled += 1;
      end({ status: 'done' });
      continue;
    }
    const errors = report.validationReport?.errorReports ?? [];
    const isValue = ({ errorCode }) => errorCode === 'E1302';
    const first = errors.find(isValue) ?? errors[0] ?? report;
    const cause = withoutValues(first.message ?? 'DHIS2 gave no reason', first.errorCode ?? 409);
    const mend = isValue(first)
      ? 'DHIS2: enter this event there; an answer does not fit its data element'
      : 'DHIS2: this event and its data elements; the next run sends the answers again';
    end({ status: 'refused', cause, mend });
  }
  return { ...state, items, filled };
});

// The stored state. The marks are in RapidPro and on the desk, so the next run needs nothing from this one.
fn(({ settings, now, rapidpro, problems, items, visits, started, filled }) => {
  const open = items.filter(({ status }) => status === 'refused' || status === 'unknown');
  const all = [...problems, ...open.map(({ id, cause }) => ({ who: id, reason: cause }))];
  const data = { due: visits.length, started, filled, problems: all.length };
  return {
    settings,
    now,
    items,
    final: { ...(rapidpro ? { rapidpro } : {}), problems: all, data },
  };
});
