import { parse as parseComment, type Tag } from 'doctrine';
import { type ExportedFunction, exportedFunctions } from './exported-functions.js';

/** Where helpers of language-common come from: straight, or through the file that types them. They are described by language-common. */
const COMMON = ['@openfn/language-common', './common.js'];

interface Entry {
  name: string;
  params: string[];
  docs: { description: string; tags: Tag[] };
  valid: boolean;
}

export interface AdaptorDescription {
  operations: Entry[];
  exports: never[];
  common: { name: string }[];
}

/**
 * What the documentation site shows of an adaptor: its public operations, and the helpers of
 * language-common that it passes on, as language-common describes them itself.
 *
 * @param adaptorFile - the source file whose exports are the operations
 * @param commonAst - the text of language-common's own ast.json
 */
export function describeAdaptor(adaptorFile: string, commonAst: string): AdaptorDescription {
  const { functions, foreign } = exportedFunctions(adaptorFile, COMMON);
  const passedOn = new Set(COMMON.flatMap(source => foreign.get(source) ?? []));
  const common = (JSON.parse(commonAst) as { operations: { name: string }[] }).operations;
  return {
    operations: functions.map(toEntry).filter(isPublic),
    exports: [],
    common: common.filter(({ name }) => passedOn.has(name)),
  };
}

function toEntry({ name, file, params, comment }: ExportedFunction): Entry {
  if (!comment) throw new Error(`${name} in ${file} has no documentation.`);
  const docs = parseComment(comment, { unwrap: true, sloppy: true, recoverable: true });
  const broken = docs.tags.find(tag => 'errors' in tag);
  if (broken) {
    throw new Error(`${name} in ${file}: @${broken.title} ${broken.name ?? ''} cannot be read.`);
  }
  const documented = docs.tags.filter(({ title }) => title === 'param').map(tag => tag.name);
  const valid = JSON.stringify(documented) === JSON.stringify(params);
  const entry = { name, params, docs, valid };
  if (isPublic(entry) && !valid) {
    throw new Error(`${name} in ${file}: its @param tags are not its parameters, in their order.`);
  }
  return entry;
}

function isPublic({ docs }: Entry): boolean {
  return docs.tags.some(({ title }) => title === 'public');
}
