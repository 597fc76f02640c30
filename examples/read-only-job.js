// A first look at a workspace. Only reads: safe to run against a server that people depend on.

getWorkspace();

fn(state => ({ ...state, workspace: state.data.name }));

getGroups();

fn(state => ({ ...state, groups: state.data.length }));

// At most two pages of each, so that this stays quick on a big workspace.
getContacts({}, { limit: 500 });

fn(state => ({ ...state, contacts: state.data.length }));

getFlowRuns({ paths: false }, { limit: 500 });

// Leave only numbers behind: the final state is stored, and names and phone numbers need not be.
fn(({ workspace, groups, contacts, data: runs }) => ({
  data: { workspace, groups, contacts, runs: runs.length },
}));
