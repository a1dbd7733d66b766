import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { verify } from '../../../lib/domain/audit/verifier/verify.ts';
import { createTrail } from '../../../lib/domain/audit/writer.ts';
import { exampleTrail, exampleTrust, keys, sourceOf } from './example-trail.ts';
import { FakeStore, run, testWriter } from './fake-store.ts';

test('whatever writers race and however the store answers, the chain verifies and nothing is written twice', async () => {
  const answers = fc.array(fc.constantFrom('lost', 'arrived', 'fine'), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), answers, async (writers, script) => {
      const store = new FakeStore();
      const opened = await createTrail(testWriter(store, keys.decide)).open(run, { policy: 'a'.repeat(64) });
      store.before = async (key, bytes) => {
        const answer = script.shift() ?? 'fine';
        if (answer === 'arrived' && !store.objects.has(key)) store.objects.set(key, Buffer.from(bytes));
        return answer === 'fine' ? undefined : 'unsure';
      };
      const append = async (op: string) => {
        const lane = createTrail(testWriter(store, keys.act)).at(run, opened.cursor);
        const draft = { kind: 'notice' as const, step: op, op, data: { about: op } };
        // What a state machine does with a transient error.
        for (let tries = 0; tries < 9; tries++) {
          try {
            return await lane.append(draft);
          } catch (error) {
            if ((error as Error).name !== 'ServiceUnavailable') throw error;
          }
        }
        throw new Error('the script ended, so the store must have answered');
      };

      await Promise.all(Array.from({ length: writers }, (_, index) => append(`Op${index}`)));

      const verdict = await verify(sourceOf(store), exampleTrust());
      expect(verdict.findings).toEqual([]);
      expect(verdict.runs[0]!.records).toBe(writers + 1);
    }),
    { numRuns: 40 },
  );
});

test('any one byte of any record changed is found', async () => {
  const whole = await exampleTrail();
  const objects = [...whole.objects];
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, flip) => {
      const store = new FakeStore();
      for (const [key, bytes] of objects) store.objects.set(key, Buffer.from(bytes));
      const bytes = store.objects.get(objects[which % objects.length]![0])!;
      bytes[at % bytes.length]! ^= flip;

      expect((await verify(sourceOf(store), exampleTrust())).status).toBe('broken');
    }),
    { numRuns: 200 },
  );
});

test('any record taken away but the last is found', async () => {
  const whole = await exampleTrail();
  for (const gone of whole.objects.keys()) {
    const store = new FakeStore();
    for (const [key, bytes] of whole.objects) if (key !== gone) store.objects.set(key, bytes);

    const verdict = await verify(sourceOf(store), exampleTrust());

    const isLast = gone.endsWith('main/000007.json');
    expect([gone, verdict.status]).toEqual([gone, isLast ? 'end unproven' : 'broken']);
  }
});
