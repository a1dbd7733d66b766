import { type Operation, ServiceError } from '../contract.ts';

/** Lets all operations together have `limit` requests in any `windowMs`. */
export function throttled(
  operations: Record<string, Operation>,
  { limit, windowMs }: { limit: number; windowMs: number },
): Record<string, Operation> {
  let requests: number[] = [];
  const guard =
    (operation: Operation): Operation =>
    async (input, context) => {
      const now = performance.now();
      requests = requests.filter((at) => at > now - windowMs);
      if (requests.length >= limit) throw new ServiceError('Throttling', 'Rate exceeded');
      requests.push(now);
      return operation(input, context);
    };
  return Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, guard(operation)]));
}
