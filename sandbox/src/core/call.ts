import type { Resource, ResourceName } from '../../../src/resources.js';
import type { Engine } from '../engine/engine.js';
import type { Workspace } from '../state/workspace.js';
import type { Access } from './auth.js';
import type { Incoming } from './incoming.js';

/** One request to an endpoint by somebody who may ask it. */
export interface Call {
  incoming: Incoming;
  name: ResourceName;
  resource: Resource;
  access: Access;
  workspace: Workspace;
  engine: Engine;
}
