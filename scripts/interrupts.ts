/**
 * `npm run test:interrupts [-- --runs N --seed N --within SECONDS]`: interrupts rehearsals at random moments and
 * looks for what they leave: processes, ports, files. One line a run, the sums at the end; status 1 where
 * anything was left. Reads /proc, so Linux only.
 */
import { parseArgs } from 'node:util';
import { interruptions, interruptRehearsal } from './interrupts/interrupt.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    within: { type: 'string', default: '60' },
  },
});
const [runs, seed, within] = [values.runs, values.seed, values.within].map((text) => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`expected a whole number, got '${text}'`);
}) as [number, number, number];

const random = generator(seed);
let wrong = 0;
let leftovers = 0;
for (let n = 1; n <= runs; n++) {
  const how = interruptions[Math.floor(random() * interruptions.length)]!;
  const afterMs = Math.floor(random() * within * 1000);
  const result = await interruptRehearsal(how, afterMs);
  if (!result.asExpected) wrong++;
  leftovers += result.leftovers.length;
  const verdict = result.asExpected && result.leftovers.length === 0 ? 'ok  ' : 'FAIL';
  console.log(
    `${verdict} ${n}/${runs} ${how} after ${(afterMs / 1000).toFixed(1)} s: ended with ${result.ended}, ` +
      `clean after ${result.seconds.toFixed(1)} s`,
  );
  if (!result.asExpected) console.log(result.said);
  for (const left of result.leftovers) console.log(`       ${left}`);
}
console.log(`interrupted_runs ${runs}\nwrong_statuses ${wrong}\nleftovers ${leftovers}`);
process.exit(wrong + leftovers === 0 ? 0 : 1);

/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator). */
function generator(start: number): () => number {
  let state = BigInt(start) * 2_654_435_761n;
  const next = () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number(state >> 11n) / 2 ** 53;
  };
  next();
  return next;
}
