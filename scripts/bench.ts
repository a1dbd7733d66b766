/**
 * `npm run bench [-- KEY …]`: the product's figures, each with how it was measured; printed, and written to
 * `bench.json`. Ratios are of figures from the same run of this script, on the same machine.
 */
import { writeFile } from 'node:fs/promises';
import { bundles } from './bench/bundles.ts';
import type { Figure } from './bench/figure.ts';
import { histories } from './bench/histories.ts';
import { rehearsals } from './bench/rehearsals.ts';

const parts: Record<string, () => Promise<Figure[]>> = { rehearsals, bundles, histories };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => parts[name] === undefined);
if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(', ')}: expected some of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await measure()) {
    figures.push(figure);
    const verdict = figure.value <= figure.limit ? 'ok  ' : 'OVER';
    console.log(`${verdict} ${figure.key} = ${figure.value} (at most ${figure.limit}): ${figure.how}`);
  }
}
await writeFile('bench.json', `${JSON.stringify(asObject(figures), null, 2)}\n`);
process.exit(figures.every(({ value, limit }) => value <= limit) ? 0 : 1);

function asObject(list: Figure[]): Record<string, Omit<Figure, 'key'>> {
  return Object.fromEntries(list.map(({ key, ...rest }) => [key, rest]));
}
