// The answers of a flow as CSV, in state.csv: one line for each completed run.
// Change: the name of the flow, the date, and the keys of its results.
const RESULTS = ['attending'];

getFlows();

fn(state => {
  const flow = state.data.find(({ name }) => name === 'Antenatal Reminder');
  return { ...state, flow: flow.uuid };
});

getFlowRuns({ flow: $.flow, after: '2026-01-01' });

// A spreadsheet would run a cell that starts with one of these characters.
const safe = text => (/^[=+\-@]/.test(text) ? `'${text}` : text);
const cell = value => `"${safe(String(value ?? '')).replaceAll('"', '""')}"`;
const rowOf = run => {
  const answers = RESULTS.map(key => run.values[key]?.value);
  return [run.contact.uuid, run.exited_on, ...answers];
};

fn(state => {
  const runs = state.data.filter(({ exit_type }) => exit_type === 'completed');
  const lines = [['contact', 'completed', ...RESULTS], ...runs.map(rowOf)];
  const csv = lines.map(line => line.map(cell).join(',')).join('\r\n');
  return { csv, data: { runs: runs.length } };
});
