/** Holds one database, for tests that end this process: prints a line once it is available. */
import { Account } from './rds-account.ts';

const account = await Account.open();
const instance = await account.create('held', { BackupRetentionPeriod: 0 });
const client = await account.connect(instance);
const { rows } = await client.query(
  "SELECT pg_backend_pid() AS pid, current_setting('server_version') AS version",
);
await client.end();
const superuser = await account.rds.connectAsSuperuser('held');
const directory = await superuser.query("SELECT current_setting('data_directory') AS path");
await superuser.end();
console.log(JSON.stringify({ version: rows[0].version, data: directory.rows[0].path }));
process.once('SIGTERM', async () => {
  await account.close();
  process.exit(0);
});
setInterval(() => {}, 60_000);
