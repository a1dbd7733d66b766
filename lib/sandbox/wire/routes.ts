import { NormalizedSchema } from '@smithy/core/schema';
import type { WireRequest } from './message.ts';
import type { OperationModel, ServiceModel } from './model.ts';

interface Route {
  operation: OperationModel;
  method: string;
  path: RegExp;
  labels: string[];
  staticQuery: [string, string][];
  /** Required members that are bound to the query or a header tell operations of one path apart. */
  requiredQuery: string[];
  requiredHeaders: string[];
  specificity: number;
}

export interface RoutedCall {
  operation: OperationModel;
  labels: Record<string, string>;
}

const tables = new WeakMap<ServiceModel, Route[]>();

/** The operation that a REST request means, with its path labels decoded; the most specific one wins. */
export function routeOf(request: WireRequest, model: ServiceModel): RoutedCall | undefined {
  let table = tables.get(model);
  if (!table) {
    table = [...model.operations.values()].flatMap(routeFor).sort((a, b) => b.specificity - a.specificity);
    tables.set(model, table);
  }
  for (const route of table) {
    const match = route.method === request.method ? route.path.exec(request.path) : null;
    if (!match || !hasWhatItNeeds(request, route)) continue;
    const labels = Object.fromEntries(
      route.labels.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
    );
    return { operation: route.operation, labels };
  }
  return undefined;
}

function hasWhatItNeeds({ query, headers }: WireRequest, route: Route): boolean {
  return (
    route.staticQuery.every(
      ([name, value]) => query.has(name) && (value === '' || query.get(name) === value),
    ) &&
    route.requiredQuery.every((name) => query.has(name)) &&
    route.requiredHeaders.every((name) => name in headers)
  );
}

function routeFor(operation: OperationModel): Route[] {
  if (!operation.http) return [];
  const [method, template] = operation.http;
  const [path = '/', search = ''] = template.split('?');
  // `x-id` only names the operation for logs; other clients leave it out.
  const staticQuery = [...new URLSearchParams(search)].filter(([name]) => name !== 'x-id');
  const labels = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map((match) => match[1]!);
  const required = requiredMembers(operation.input);
  const requiredQuery = required.flatMap((traits) => traits.httpQuery ?? []);
  const requiredHeaders = required.flatMap((traits) => traits.httpHeader?.toLowerCase() ?? []);
  const literals = path.replace(/\{[^}]*\}/g, '').length;
  const bound = staticQuery.length + requiredQuery.length + requiredHeaders.length;
  return [
    {
      operation,
      method,
      path: pathPattern(path),
      labels,
      staticQuery,
      requiredQuery,
      requiredHeaders,
      specificity: bound * 1000 + literals,
    },
  ];
}

function requiredMembers(schema: any): Record<string, any>[] {
  const input = NormalizedSchema.of(schema);
  if (input.isUnitSchema()) return [];
  const count: number = (input.getSchema() as any)[6] ?? 0;
  return [...input.structIterator()].slice(0, count).map(([, member]) => member.getMergedTraits());
}

function pathPattern(path: string): RegExp {
  const pattern = path
    .replace(/[.*?^$()|[\]\\]/g, '\\$&')
    .replace(/\{[^}+]+\+\}/g, '(.+)')
    .replace(/\{[^}+]+\}/g, '([^/]+)');
  return new RegExp(`^${pattern}${path.endsWith('/') ? '?' : '/?'}$`);
}
