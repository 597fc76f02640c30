/** A flow as the editor exports it, limited to what the sandbox reads. */
export interface Definition {
  uuid?: string;
  name?: string;
  revision?: number;
  language?: string;
  localization?: Record<string, Record<string, Record<string, string[]>>>;
  nodes?: FlowNode[];
}

export interface FlowNode {
  uuid: string;
  actions?: Action[];
  exits?: { uuid: string; destination_uuid?: string | null }[];
  router?: Router;
}

export interface Router {
  type: string;
  operand?: string;
  wait?: { type: string };
  result_name?: string;
  default_category_uuid?: string;
  cases?: { uuid?: string; type: string; arguments?: string[]; category_uuid: string }[];
  categories?: { uuid: string; name: string; exit_uuid: string }[];
}

export interface Action {
  uuid: string;
  type: string;
  text?: string;
  attachments?: string[];
  /** Texts, or in newer flows objects. */
  quick_replies?: (string | { text?: string })[];
  name?: string;
  value?: string;
  category?: string;
  language?: string;
  status?: string;
  field?: { key: string };
  groups?: { uuid?: string; name?: string; name_match?: string }[];
  all_groups?: boolean;
  labels?: { uuid?: string; name?: string }[];
  scheme?: string;
  path?: string;
  resthook?: string;
  result_name?: string;
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  body?: string;
  topic?: { uuid?: string; name?: string };
}

/** Replaces a missing definition: waits for an answer, then ends. */
const WAIT: FlowNode = {
  uuid: '00000000-0000-4000-8000-000000000001',
  exits: [{ uuid: '00000000-0000-4000-8000-000000000002' }],
  router: {
    type: 'switch',
    operand: '@input.text',
    wait: { type: 'msg' },
    result_name: 'Answer',
    default_category_uuid: '00000000-0000-4000-8000-000000000003',
    categories: [
      {
        uuid: '00000000-0000-4000-8000-000000000003',
        name: 'All Responses',
        exit_uuid: '00000000-0000-4000-8000-000000000002',
      },
    ],
  },
};

export function nodesOf(definition: Definition): FlowNode[] {
  return definition.nodes?.length ? definition.nodes : [WAIT];
}

/** A category's name in a contact's language if the flow has it. */
export function localizedCategory(
  definition: Definition,
  language: string | null,
  { category, node }: { category: string | null; node: string },
): string {
  const router = nodesOf(definition).find(one => one.uuid === node)?.router;
  const found = router?.categories?.find(({ name }) => name === category);
  return found ? localized(definition, language, found.uuid, 'name', found.name) : (category ?? '');
}

/** The arguments of a router's case in a contact's language if the flow has as many. */
export function localizedArguments(
  definition: Definition,
  language: string | null,
  { uuid = '', arguments: base = [] }: { uuid?: string; arguments?: string[] },
): string[] {
  const own = definition.localization?.[language ?? '']?.[uuid]?.arguments;
  return own?.length === base.length ? own : base;
}

/** What a newer flow calls a quick reply is an object. */
export const replyText = (reply: string | { text?: string }): string =>
  typeof reply === 'string' ? reply : (reply.text ?? '');

/** Texts in a contact's language if the flow has them. */
export const localizedList = (
  { localization }: Definition,
  language: string | null,
  item: string,
  key: string,
): string[] | undefined => localization?.[language ?? '']?.[item]?.[key];

/** A text in a contact's language if the flow has it. */
function localized(
  definition: Definition,
  language: string | null,
  item: string,
  key: string,
  base: string,
): string {
  return localizedList(definition, language, item, key)?.[0] ?? base;
}
