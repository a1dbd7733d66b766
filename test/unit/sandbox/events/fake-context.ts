import { scaledClock } from '../../../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import type { Operation, Service } from '../../../../lib/sandbox/contract.ts';

/** A sandbox without a network, whose nominal minute takes 50 ms; `log` gathers its lines. */
export function directory(scale = 1200): { context: ServiceDirectory; log: string[] } {
  const log: string[] = [];
  const context = new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(scale),
    directory: '/nonexistent',
    log: (line) => log.push(line),
  });
  return { context, log };
}

/** A service that answers with what it is given. */
export function fakeService(name: string, operations: Record<string, Operation>): Service {
  return { name, operations };
}

export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
