import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const gauges = join(import.meta.dirname, '../../../../lambdas/sentinel/gauges.ts');

test('metrics carry exactly the dimensions that alarms look at', async () => {
  const program = `
    import { embeddedMetrics } from ${JSON.stringify(gauges)};
    embeddedMetrics().emit({ Cluster: 'orders', Shard: 'shard-0' }, { InvariantViolations: 3, ReplicationLagSeconds: 0.5 });`;

  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);

  const emitted = JSON.parse(stdout);
  expect(emitted._aws.CloudWatchMetrics).toEqual([
    {
      Namespace: 'SafeRollback',
      Dimensions: [['Cluster', 'Shard']],
      Metrics: [
        { Name: 'InvariantViolations', Unit: 'Count' },
        { Name: 'ReplicationLagSeconds', Unit: 'Seconds' },
      ],
    },
  ]);
  expect(emitted).toMatchObject({
    Cluster: 'orders',
    Shard: 'shard-0',
    InvariantViolations: 3,
    ReplicationLagSeconds: 0.5,
  });
});
