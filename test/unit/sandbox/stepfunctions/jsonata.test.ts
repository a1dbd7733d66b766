import { expect, test } from '@jest/globals';
import { evaluate, expressionOf } from '../../../../lib/sandbox/stepfunctions/jsonata.ts';
import { Bench } from './fixture.ts';

test.each<[string, unknown]>([
  ['$partition([1,2,3], 2)', [[1, 2], [3]]],
  ['$range(0, 10, 5)', [0, 5, 10]],
  ['$range(3, 1, -1)', [3, 2, 1]],
  ['$parse(\'{"a":[1]}\')', { a: [1] }],
  ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['$random(7) = $random(7)', true],
  ['$random() < 1', true],
  ['$match($uuid(), /^[0-9a-f-]{36}$/).match != ""', true],
])('%s', async (expression, value) => {
  expect(await evaluate(expression, {})).toEqual(value);
});

test.each<[string, string]>([
  ['$missing', 'returned nothing (undefined).'],
  ['function($x){$x}', 'returned an unsupported result type.'],
  ['{"f": $sum}', 'returned an unsupported result type.'],
  ["$eval('1')", 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
  ["$hash('a', 'CRC')", 'Unknown hash algorithm CRC'],
  ['$partition([1], 0)', 'The size of a partition must be a positive integer but was 0'],
])('%s fails', async (expression, problem) => {
  await expect(evaluate(expression, {})).rejects.toThrow(problem);
});

test('only a string that is an expression as a whole is one', () => {
  expect(expressionOf('{% $a %}')).toBe('$a');
  expect(expressionOf(' {% $a %}')).toBeUndefined();
  expect(expressionOf('{% $a')).toBeUndefined();
});

test('an evaluation that fails tells the history which field of which state', async () => {
  const bench = new Bench();

  const execution = await bench.run({
    Give: { Type: 'Pass', Output: { list: [1, '{% $nothing %}'] }, End: true },
  });

  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  const { events } = await bench.api('GetExecutionHistory', { executionArn: execution.executionArn });
  expect(events[2]).toMatchObject({
    type: 'EvaluationFailed',
    evaluationFailedEventDetails: {
      state: 'Give',
      location: 'Output/list[1]',
      cause:
        "An error occurred while executing the state 'Give' (entered at the event id #2). The JSONata expression " +
        "'$nothing' specified for the field 'Output/list[1]' returned nothing (undefined).",
    },
  });
});

test('waits for seconds given by an expression on the sandbox’s clock, and until a point in real time', async () => {
  const bench = new Bench();
  const until = Date.now() + 60;

  const execution = await bench.run(
    {
      Some: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Until' },
      Until: { Type: 'Wait', Timestamp: '{% $states.input.until %}', End: true },
    },
    { seconds: 30, until: new Date(until).toISOString() },
  );

  expect(execution.status).toBe('SUCCEEDED');
  expect(bench.clock.slept[0]).toBe(30_000);
  expect(Date.now()).toBeGreaterThanOrEqual(until - 2);
});
