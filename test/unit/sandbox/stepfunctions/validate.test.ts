import { describe, expect, test } from '@jest/globals';
import { parseDefinition } from '../../../../lib/sandbox/stepfunctions/validate/definition.ts';

const end = { Type: 'Pass', End: true };
const machine = (States: Record<string, unknown>, extra: Record<string, unknown> = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(States)[0],
  States,
  ...extra,
});

function problemOf(definition: unknown): string {
  try {
    parseDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition));
  } catch (error) {
    expect((error as { code: string }).code).toBe('InvalidDefinition');
    return (error as Error).message;
  }
  return 'none';
}

describe('a definition is refused', () => {
  test.each<[string, unknown, string]>([
    ['text that is not JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    [
      'no StartAt',
      { QueryLanguage: 'JSONata', States: { A: end } },
      'These fields are required: [StartAt] at /',
    ],
    [
      'an unknown Next',
      machine({ A: { Type: 'Pass', Next: 'B' } }),
      "Missing 'Next' target: B at /States/A/Next",
    ],
    ['an unreachable state', machine({ A: end, B: end }), 'State "B" is not reachable. at /States/B'],
    ['an unknown type', machine({ A: { Type: 'Pas' } }), "The field 'Type' should have one of these values"],
    [
      'an unknown field',
      machine({ A: { ...end, Outputs: 1 } }),
      "The field 'Outputs' is not supported at /States/A",
    ],
    [
      'JSONPath',
      { StartAt: 'A', States: { A: end } },
      'Only JSONata is supported but the query language is JSONPath',
    ],
    [
      'a JSONPath field',
      machine({ A: { ...end, InputPath: '$' } }),
      "The field 'InputPath' belongs to JSONPath",
    ],
    ['a broken expression', machine({ A: { ...end, Output: '{% $sum( %}' } }), "'$sum(' is malformed"],
    ['$eval', machine({ A: { ...end, Output: "{% $eval('1') %}" } }), 'uses $eval'],
    [
      'a time without its zone',
      machine({ A: { Type: 'Wait', Timestamp: '2026-11-22T03:04:05', End: true } }),
      'String does not match RFC3339 timestamp at /States/A/Timestamp',
    ],
    [
      'a day that no month has',
      machine({ A: { Type: 'Wait', Timestamp: '2026-13-22T03:04:05Z', End: true } }),
      'String does not match RFC3339 timestamp at /States/A/Timestamp',
    ],
    ['both Next and End', machine({ A: { Type: 'Pass', Next: 'A', End: true } }), "either 'Next' or 'End'"],
    [
      'a resource without an integration',
      machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun.sync', End: true } }),
      "The sandbox has no integration for the resource 'arn:aws:states:::glue:startJobRun.sync' at /States/A/Resource",
    ],
    [
      'States.ALL beside another name',
      machine({
        A: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'B', States: { B: end } }],
          Retry: [{ ErrorEquals: ['States.ALL', 'X'] }],
          End: true,
        },
      }),
      'States.ALL must stand alone and last at /States/A/Retry[0]/ErrorEquals',
    ],
    [
      'a problem inside a processor',
      machine({
        A: { Type: 'Map', ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Pass' } } }, End: true },
      }),
      'at /States/A/ItemProcessor/States/B',
    ],
    [
      'a variable assigned again inside a branch',
      machine({
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'B', States: { B: { ...end, Assign: { x: 2 } } } }],
          End: true,
        },
      }),
      "'x' is assigned outside and cannot be assigned again inside at /States/P/Branches[0]/States/B",
    ],
    [
      'a heartbeat that is not below the timeout',
      machine({
        A: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          TimeoutSeconds: 5,
          HeartbeatSeconds: 5,
          End: true,
        },
      }),
      'HeartbeatSeconds must be less than TimeoutSeconds',
    ],
  ])('for %s', (_, definition, problem) => {
    expect(problemOf(definition)).toContain(problem);
  });

  test('with every problem at once', () => {
    const message = problemOf(machine({ A: { Type: 'Wait', Next: 'B' }, C: end }));

    expect(message).toContain("exactly one of 'Seconds' and 'Timestamp'");
    expect(message).toContain("Missing 'Next' target: B");
    expect(message).toContain('State "C" is not reachable.');
  });
});

test('comments and one state in JSONata each are fine', () => {
  expect(
    problemOf({
      Comment: 'c',
      StartAt: 'A',
      States: { A: { ...end, Comment: 'c', QueryLanguage: 'JSONata' } },
    }),
  ).toBe('none');
});
