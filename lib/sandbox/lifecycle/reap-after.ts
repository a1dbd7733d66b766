/** What the watchdog runs once the sandbox's process is gone: `node reap-after.ts <directory>`. */
import { reap } from './reap.ts';

await reap(process.argv[2]!);
