/** `npm run test:scenarios [-- NAME …]`: every scenario of the rehearsal, one after another. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { scenarios } from '../examples/orders/rehearsal/scenarios.ts';

const wanted = process.argv.slice(2);
const names = scenarios.map(({ name }) => name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`unknown scenario ${unknown.join(', ')}: expected some of ${names.join(', ')}`);
  process.exit(2);
}

let failed = 0;
for (const name of wanted.length > 0 ? wanted : names) {
  const started = performance.now();
  const args = ['examples/orders/rehearse.ts', '--scenario', name, '--out', join('out/scenarios', name)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const [status] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name}  ${seconds} s`);
  if (status !== 0) {
    failed++;
    console.log(said);
  }
}
process.exit(failed === 0 ? 0 : 1);
