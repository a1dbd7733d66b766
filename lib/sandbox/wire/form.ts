import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';

/** A form's keys (`Filters.Filter.1.Name`) as a tree. */
interface FormNode {
  value?: string;
  children: Map<string, FormNode>;
}

const scalars = new FromStringShapeDeserializer({
  httpBindings: false,
  timestampFormat: { useTrait: true, default: 5 },
});

/** Reads the form of the Query protocol (or EC2's dialect of it) by the operation's input schema. */
export function readForm(form: URLSearchParams, schema: any, ec2: boolean): Record<string, unknown> {
  const root: FormNode = { children: new Map() };
  for (const [key, value] of form) {
    let node = root;
    for (const part of key.split('.')) {
      const next = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  const input = NormalizedSchema.of(schema);
  return input.isUnitSchema() ? {} : (readNode(root, input, ec2) as Record<string, unknown>);
}

function readNode(node: FormNode, schema: NormalizedSchema, ec2: boolean): unknown {
  if (schema.isStructSchema()) {
    const result: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const child = node.children.get(keyOf(member, name, ec2));
      if (child) result[name] = readNode(child, member, ec2);
    }
    return result;
  }
  if (schema.isListSchema()) {
    return itemsOf(node, schema, ec2).map((item) => readNode(item, schema.getValueSchema(), ec2));
  }
  if (schema.isMapSchema()) return readMap(node, schema, ec2);
  return scalars.read(schema, node.value ?? '');
}

function readMap(node: FormNode, schema: NormalizedSchema, ec2: boolean): Record<string, unknown> {
  const keyName = traitsOf(schema.getKeySchema()).xmlName ?? 'key';
  const valueName = traitsOf(schema.getValueSchema()).xmlName ?? 'value';
  const result: Record<string, unknown> = {};
  for (const entry of numbered(node.children.get('entry') ?? node)) {
    const key = entry.children.get(keyName)?.value;
    const value = entry.children.get(valueName);
    if (key !== undefined && value) result[key] = readNode(value, schema.getValueSchema(), ec2);
  }
  return result;
}

/** `Name.1`, or `Name.member.1` where the list is not flattened; the bare forms of older clients are taken too. */
function itemsOf(node: FormNode, schema: NormalizedSchema, ec2: boolean): FormNode[] {
  if (ec2 || traitsOf(schema).xmlFlattened) return numbered(node);
  const wrapper =
    node.children.get(traitsOf(schema.getValueSchema()).xmlName ?? 'member') ?? node.children.get('member');
  return numbered(wrapper ?? node);
}

function numbered(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function keyOf(member: NormalizedSchema, name: string, ec2: boolean): string {
  const traits = traitsOf(member);
  if (ec2 && traits.ec2QueryName) return traits.ec2QueryName;
  const key: string = traits.xmlName ?? name;
  return ec2 ? key.charAt(0).toUpperCase() + key.slice(1) : key;
}

function traitsOf(schema: NormalizedSchema): Record<string, any> {
  return schema.getMergedTraits();
}
