import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

/** Writes `sandbox.env` for the `aws` command, psql and dig, and returns its text. */
export async function environmentFile(stage: Stage): Promise<string> {
  const { auditor, shards } = stage.cluster;
  const instance = shards[0]!.instance;
  const variables = {
    ...stage.sandbox.environment(),
    // Through the name: after a rollback the clone answers.
    PGHOST: await stage.witness.address(shards[0]!.record),
    PGPORT: String(instance.port),
    PGDATABASE: stage.policy.database,
    PGUSER: auditor.username,
    PGPASSWORD: auditor.password,
    DNS_SERVER: stage.sandbox.dns.address,
    DNS_PORT: String(stage.sandbox.dns.port),
    ROLLBACK_CLUSTER: stage.policy.cluster,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  const text = `${lines.join('\n')}\n`;
  await writeFile(join(stage.directory, 'sandbox.env'), text, { mode: 0o600 });
  return text;
}
