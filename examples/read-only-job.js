// A first look at a workspace. It only reads, so it is safe to run on a real server.

getWorkspace();

fn(state => ({ ...state, workspace: state.data.name }));

getGroups();

fn(state => ({ ...state, groups: state.data.length }));

// At most two pages of each, so that it is fast in a large workspace.
getContacts({}, { limit: 500 });

fn(state => ({ ...state, contacts: state.data.length }));

getFlowRuns({ paths: false }, { limit: 500 });

// Keep only counts: the final state is saved, and does not need names or phone numbers.
fn(({ workspace, groups, contacts, data: runs }) => ({
  data: { workspace, groups, contacts, runs: runs.length },
}));
