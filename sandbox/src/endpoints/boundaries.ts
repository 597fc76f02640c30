import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';

export const boundaries = endpoint({
  get(call) {
    const withGeometry =
      call.workspace.dialect === 'textit' || isTrue(last(call.incoming.query, 'geometry'));
    return listPage(call, {
      rows: call.workspace.boundaries.by('osm'),
      ascending: true,
      show: ({ osmId, name, parent, level, aliases, geometry }) => ({
        osm_id: osmId,
        name,
        parent: parent && { osm_id: parent.osmId, name: parent.name },
        level,
        aliases,
        geometry: withGeometry ? geometry : null,
      }),
    });
  },
});
