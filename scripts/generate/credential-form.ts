import { z } from 'zod';

/** What Lightning's form understands of a property, beside the texts that it shows. */
const TYPES = new Set(['string', 'integer', 'boolean', 'object']);
const REFUSED = ['enum', 'const', 'pattern', 'items', 'oneOf', 'allOf', 'not', '$ref'];

type Property = Record<string, unknown>;

/**
 * The JSON Schema of a credential, from which Lightning draws its form.
 *
 * @throws Error where a property is of a kind that the form cannot show
 */
export function credentialForm(schema: z.ZodType): Property {
  const form = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as Property;
  const properties = Object.entries((form.properties ?? {}) as Record<string, Property>).map(
    ([name, property]) => [name, withAnyOf(property)] as const,
  );
  for (const [name, property] of properties) checkProperty(name, property);
  return {
    ...form,
    properties: Object.fromEntries(properties),
    additionalProperties: form.additionalProperties !== false,
  };
}

/** A text that may be null, in the way of writing it that the form knows. */
function withAnyOf(property: Property): Property {
  const { type, ...rest } = property;
  return Array.isArray(type) ? { anyOf: type.map(each => ({ type: each })), ...rest } : property;
}

function checkProperty(name: string, property: Property): void {
  const refused = REFUSED.filter(key => key in property);
  if (refused.length > 0) {
    throw new Error(`The credential form cannot show ${name}: it has ${refused.join(', ')}.`);
  }
  if ('anyOf' in property ? !isTextOrNothing(property.anyOf) : !TYPES.has(String(property.type))) {
    throw new Error(`The credential form cannot show ${name}: its type is not one that it knows.`);
  }
}

function isTextOrNothing(anyOf: unknown): boolean {
  const types = Array.isArray(anyOf) ? anyOf.map((each: Property) => each.type) : [];
  return types.length === 2 && types.includes('string') && types.includes('null');
}
