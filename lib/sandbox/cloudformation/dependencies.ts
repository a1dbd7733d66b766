import type { Template } from './template.ts';

/** The template's resources in an order in which each comes after all that it refers to. */
export function creationOrder(template: Template): string[] {
  const resources = template.Resources ?? {};
  const ordered: string[] = [];
  const visit = (id: string, path: string[]) => {
    if (ordered.includes(id)) return;
    if (path.includes(id)) {
      throw new Error(
        `Circular dependency between resources: ${[...path.slice(path.indexOf(id)), id].join(' → ')}`,
      );
    }
    for (const other of dependenciesOf(id, template)) visit(other, [...path, id]);
    ordered.push(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return ordered;
}

function dependenciesOf(id: string, template: Template): string[] {
  const resource = template.Resources![id]!;
  const explicit = [resource.DependsOn ?? []].flat();
  const unknown = explicit.find((each) => template.Resources?.[each] === undefined);
  if (unknown) throw new Error(`Resource ${id} depends on ${unknown}, which the template does not have`);
  const implicit = [...references(resource.Properties)].filter(
    (each) => template.Resources?.[each] !== undefined,
  );
  return [...new Set([...explicit, ...implicit])];
}

/** Every name that an expression refers to by Ref, Fn::GetAtt or Fn::Sub. */
function* references(value: unknown): Generator<string> {
  if (value === null || typeof value !== 'object') return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'Ref' && typeof each === 'string') yield each;
    else if (key === 'Fn::GetAtt') yield typeof each === 'string' ? each.split('.')[0]! : String(each[0]);
    else if (key === 'Fn::Sub') yield* substituted(Array.isArray(each) ? each[0] : each);
    yield* references(each);
  }
}

function* substituted(text: unknown): Generator<string> {
  for (const [, name] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) yield name!.split('.')[0]!;
}
