import type { Group } from './case.js';
import { CONTENT } from './content.js';
import { LINKS } from './links.js';
import { LISTS } from './lists.js';
import { PROTOCOL } from './protocol.js';
import { REDIRECTS } from './redirects.js';
import { SIZE } from './size.js';

export const GROUPS: readonly Group[] = [REDIRECTS, LISTS, SIZE, CONTENT, PROTOCOL, LINKS];
