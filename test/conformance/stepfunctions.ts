/**
 * Plays recorded executions of real AWS on the sandbox's Step Functions and compares status, output, error, cause
 * and history.
 */
import { ServiceError } from '../../lib/sandbox/contract.ts';
import { Bench, returned, ShortClock } from '../unit/sandbox/stepfunctions/fixture.ts';
import { differences, unfold } from './compare.ts';

export interface ExecutionCase {
  name: string;
  definition: Record<string, unknown>;
  input: unknown;
  input_is_scalar?: boolean;
  jsonpath_fields?: string[];
  placeholders?: { note?: string }[];
  needs?: {
    lambdas?: { behaviour: string }[];
    calls?: { api: string; params: Record<string, any> }[];
    integrations?: string[];
  };
  expected: {
    status: string;
    output?: unknown;
    error?: string;
    cause?: unknown;
    history?: Record<string, unknown>[];
  };
}

/** Cases that differ for a reason that is not the interpreter's. */
const knownDifferences: Record<string, string> = {
  'services/lambda_task::test_invoke_json_values[0.0]': 'JavaScript writes the number 0.0 as 0',
};

const region = 'eu-central-1';

/** Why an execution is not played; undefined where it is. */
export function reasonToSkipExecution(recorded: ExecutionCase): string | undefined {
  if (!isSupported(recorded)) return 'JSONPath, activities and other accounts are not in the sandbox';
  const known = knownDifferences[recorded.name];
  return known && `known difference: ${known}`;
}

/** The first difference of the execution here from the recorded one; undefined where there is none. */
export async function playExecution(recorded: ExecutionCase): Promise<string | undefined> {
  return (await play(recorded))[0];
}

function isSupported({ name, definition, jsonpath_fields }: ExecutionCase): boolean {
  const text = JSON.stringify(definition);
  return (
    !jsonpath_fields && !/"JSONPath"|"Parameters"|"Result"/.test(text) && !/cross_account|activit/.test(name)
  );
}

async function play(recorded: ExecutionCase): Promise<string[]> {
  const bench = new Bench(answersOf(recorded), new ShortClock(20));
  const definition = JSON.stringify({ ...recorded.definition, QueryLanguage: 'JSONata' })
    .replaceAll('<partition>', 'aws')
    .replaceAll('<region>', region)
    .replaceAll(/<lambda[-_][^<>]*>/g, 'function');
  const stateMachineArn = await bench.machine(JSON.parse(definition), 'recorded');
  const executionArn = await bench.start(stateMachineArn, recorded.input);
  const execution = await bench.ended(executionArn);
  const { events } = await bench.api('GetExecutionHistory', { executionArn, maxResults: 1000 });

  const { status, output, error, cause, history } = recorded.expected;
  return [
    ...(status === 'NOT_RECORDED' ? [] : differences(status, execution.status, 'status')),
    ...(output === undefined ? [] : differences(unfold(output), unfold(execution.output), 'output')),
    ...(error === undefined ? [] : differences(error, execution.error, 'error')),
    ...(cause === undefined ? [] : differences(unfold(cause), unfold(execution.cause), 'cause')),
    ...(history === undefined ? [] : historyDifferences(recorded, history, events)),
  ];
}

/** The services that a case needs, as the recording describes them. */
function answersOf({ needs }: ExecutionCase): Record<string, (input: any) => unknown> {
  const behaviour = needs?.lambdas?.[0]?.behaviour ?? '';
  const objects = new Map<string, string>(
    (needs?.calls ?? [])
      .filter(({ api }) => api === 's3.PutObject')
      .map(({ params }) => [params.Key, params.Body]),
  );
  return {
    'lambda.Invoke': (input) => {
      if (behaviour.startsWith('returns the event')) return { StatusCode: 200, Payload: input.Payload };
      if (behaviour.startsWith('returns the Python bytes')) return returned('HelloWorld!');
      return {
        StatusCode: 200,
        FunctionError: 'Unhandled',
        Payload: Buffer.from(JSON.stringify(raised(behaviour))),
      };
    },
    's3.GetObject': ({ Key }) => {
      const body = objects.get(Key);
      if (body === undefined)
        throw new ServiceError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      return { Body: Buffer.from(body) };
    },
  };
}

/** What the recording's functions, which are in Python, answer when they raise. */
function raised(behaviour: string) {
  const custom = behaviour.includes('CustomException');
  const [line, statement] = custom
    ? [9, 'raise CustomException()']
    : [2, 'raise Exception("Some exception was raised.")'];
  return {
    errorMessage: custom ? '' : 'Some exception was raised.',
    errorType: custom ? 'CustomException' : 'Exception',
    requestId: 'request',
    stackTrace: [`  File "/var/task/handler.py", line ${line}, in handler\n    ${statement}\n`],
  };
}

type Event = Record<string, any>;

/**
 * Branches side by side interleave as they like: where the recording sorted them and lost some, each event that it
 * has must be among ours, whatever its number.
 */
function historyDifferences(recorded: ExecutionCase, history: Event[], events: Event[]): string[] {
  if (!recorded.placeholders?.some(({ note }) => note?.includes('sorted'))) {
    return differences(unfold(history), unfold(events), 'history');
  }
  const left = events.map(unnumbered);
  return history.map(unnumbered).flatMap((event) => {
    const at = left.findIndex((candidate) => differences(event, candidate, '').length === 0);
    if (at < 0) return [`history: nothing like ${JSON.stringify(event)}`];
    left.splice(at, 1);
    return [];
  });
}

function unnumbered({ id: _, previousEventId: __, ...event }: Event): unknown {
  return unfold(event);
}
