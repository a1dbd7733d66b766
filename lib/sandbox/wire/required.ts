import { NormalizedSchema } from '@smithy/core/schema';

/** The path of the first required member that is absent (`tags.1.member.key`), or undefined. */
export function missingMember(schema: any, value: unknown): string | undefined {
  return search(NormalizedSchema.of(schema), value);
}

function search(schema: NormalizedSchema, value: unknown): string | undefined {
  if (value == null || schema.isUnionSchema()) return undefined;
  if (schema.isStructSchema()) return searchStructure(schema, value as Record<string, unknown>);
  if (schema.isListSchema() && Array.isArray(value)) {
    const item = schema.getValueSchema();
    if (!holdsStructures(item)) return undefined;
    for (const [index, element] of value.entries()) {
      const found = search(item, element);
      if (found) return `${index + 1}.member.${found}`;
    }
  }
  return undefined;
}

function searchStructure(schema: NormalizedSchema, value: Record<string, unknown>): string | undefined {
  // The SDK lists a structure's required members first and says how many they are.
  let required: number = (schema.getSchema() as any)[6] ?? 0;
  for (const [name, member] of schema.structIterator()) {
    const isRequired = required-- > 0;
    const held = value[name];
    if (held == null) {
      if (isRequired && !member.isIdempotencyToken()) return name;
      continue;
    }
    if (!holdsStructures(member)) continue;
    const found = search(member, held);
    if (found) return `${name}.${found}`;
  }
  return undefined;
}

function holdsStructures(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() || (schema.isListSchema() && holdsStructures(schema.getValueSchema()));
}
