import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { synthesise } from '../../examples/orders/rehearsal/synthesise.ts';
import type { World } from '../../lib/sandbox/contract.ts';
import type { LambdaService } from '../../lib/sandbox/lambda/service.ts';
import { Sandbox } from '../../lib/sandbox/sandbox.ts';
import { type Figure, round } from './figure.ts';

/** Size of the functions' bundles, and how long each takes from spawn to its handler's first invocation. */
export async function bundles(): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'rollback-bench-'));
  try {
    const cdkOut = join(directory, 'cdk.out');
    await synthesise('examples/orders/rollback.yaml', cdkOut).done;
    const sizes = await bundleSizes(cdkOut);
    const colds = await coldStarts(cdkOut);
    return [
      {
        key: 'bundle_max_kb',
        value: round(Math.max(...Object.values(sizes)) / 1024, 0),
        limit: 1.3 * 1024,
        how: 'size of the largest function’s index.mjs in the synthesised assets, without its source map',
        detail: sizes,
      },
      {
        key: 'cold_start_max_ms',
        value: round(Math.max(...Object.values(colds)), 0),
        limit: 350,
        how: 'slowest function, from spawning Node 24 to its handler being invoked; functions started one after another on an idle sandbox',
        detail: colds,
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bundleSizes(cdkOut: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(cdkOut)) {
    const bundle = join(cdkOut, entry, 'index.mjs');
    const size = await stat(bundle).then(
      (found) => found.size,
      () => undefined,
    );
    if (entry.startsWith('asset.') && size !== undefined)
      sizes[entry.slice('asset.'.length, 'asset.'.length + 8)] = size;
  }
  return sizes;
}

async function coldStarts(cdkOut: string): Promise<Record<string, number>> {
  const world = JSON.parse(await readFile('examples/orders/account.json', 'utf8')) as World;
  // Schedules and alarms at their real pace: nothing else starts a function meanwhile.
  const sandbox = await Sandbox.start({ world, clock: { scale: 1 } });
  try {
    Object.assign(process.env, sandbox.environment());
    await sandbox.deploy(cdkOut);
    const client = new LambdaClient({});
    const colds: Record<string, number> = {};
    for await (const page of paginateListFunctions({ client }, {}))
      for (const { FunctionName: name = '' } of page.Functions ?? []) {
        // No function knows this event: it is refused, after the container has started.
        await client.send(
          new InvokeCommand({ FunctionName: name, Payload: Buffer.from('{"cold":"start"}') }),
        );
        colds[name] = Math.max(...(sandbox.service<LambdaService>('lambda').coldStarts()[name] ?? []));
      }
    return colds;
  } finally {
    await sandbox.stop();
  }
}
