import type { Resource, ResourceName } from '../../../src/resources.js';
import type { Engine } from '../engine/engine.js';
import type { Workspace } from '../state/workspace.js';
import type { Access } from './auth.js';
import type { Incoming } from './incoming.js';

/** One authorized request to an endpoint. */
export interface Call {
  incoming: Incoming;
  name: ResourceName;
  resource: Resource;
  access: Access;
  workspace: Workspace;
  engine: Engine;
}
