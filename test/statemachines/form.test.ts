import { describe, expect, test } from '@jest/globals';
import { getLanguageService, TextDocument } from 'amazon-states-language-service';
import aslValidator from 'asl-validator';
import { errorCatalogue } from '../../lib/domain/errors.ts';
import { definition, machineNames, nextOf, placeholders, source, statesOf } from './definitions.ts';

/** Names that AWS itself gives to errors. */
const awsErrors = [
  'States.ALL',
  'States.Timeout',
  'States.ItemReaderFailed',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.SdkClientException',
  'StepFunctions.StepFunctionsException',
  'StepFunctions.TooManyRequestsException',
  'StepFunctions.ServiceUnavailableException',
];
const longestFunctionSeconds = 120;

describe.each(machineNames)('%s', (name) => {
  const machine = definition(name);
  const states = statesOf(machine);
  const tasks = states.filter(({ state }) => state.Type === 'Task');

  test('asl-validator finds nothing', () => {
    const { isValid, errors } = aslValidator(structuredClone(machine));

    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
  });

  test('the language service finds nothing', async () => {
    const text = JSON.stringify(machine, null, 2);
    const document = TextDocument.create(`file:///${name}.asl.json`, 'asl', 1, text);
    const service = getLanguageService({});

    const found = await service.doValidation(document, service.parseJSONDocument(document));

    expect(found.map(({ message, range }) => `${message} at ${range.start.line}`)).toEqual([]);
  });

  test('every placeholder is one that the stack substitutes', () => {
    const used = [...source(name).matchAll(/\$\{(\w+)\}/g)].map(([, key]) => key!);

    expect(used.filter((key) => !(key in placeholders))).toEqual([]);
  });

  test('every state says what it does', () => {
    expect(states.filter(({ state }) => !state.Comment).map(({ path }) => path)).toEqual([]);
  });

  test('every task is retried, caught and bounded, above the timeout of any function', () => {
    const wrong = tasks.filter(({ state }) => {
      const seconds = state.TimeoutSeconds;
      const bounded = typeof seconds === 'string' || seconds > longestFunctionSeconds;
      return !bounded || !state.Retry?.length || !state.Catch?.length;
    });

    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(machine.TimeoutSeconds).toBeGreaterThan(3600);
  });

  test('what may pass by itself is retried at every function', () => {
    const transient = Object.entries(errorCatalogue).filter(([, { transient }]) => transient);
    const functions = tasks.filter(({ state }) => state.Resource.includes('lambda:invoke'));

    for (const { path, state } of functions) {
      const retried = state.Retry.flatMap((retry: any) => retry.ErrorEquals);
      expect({
        path,
        missing: transient.map(([error]) => error).filter((error) => !retried.includes(error)),
      }).toEqual({
        path,
        missing: [],
      });
    }
  });

  test('every error that is matched exists, and States.ALL stands alone and last', () => {
    const known = [...awsErrors, ...Object.keys(errorCatalogue)];
    for (const { path, state } of states) {
      for (const list of [state.Retry ?? [], state.Catch ?? []]) {
        const unknown = list
          .flatMap((one: any) => one.ErrorEquals)
          .filter((error: string) => !known.includes(error));
        const early = list.slice(0, -1).filter((one: any) => one.ErrorEquals.includes('States.ALL'));
        expect({ path, unknown, early }).toEqual({ path, unknown: [], early: [] });
      }
    }
  });

  test('every state can be reached and every target is there', () => {
    const scopes = [machine, ...states.flatMap(({ state }) => state.ItemProcessor ?? [])];
    for (const { StartAt, States } of scopes) {
      const reached = new Set<string>([StartAt]);
      for (const one of reached) for (const next of nextOf(States[one])) reached.add(next);

      expect([...reached].sort()).toEqual(Object.keys(States).sort());
    }
  });

  test('every variable is assigned on every way to where it is used', () => {
    for (const scope of [machine, ...states.flatMap(({ state }) => state.ItemProcessor ?? [])]) {
      expect(unassigned(scope)).toEqual([]);
    }
  });

  test('every Map is distributed, reads its shards from the control bucket and lets siblings finish', () => {
    for (const { state } of states.filter(({ state }) => state.Type === 'Map')) {
      expect(state).toMatchObject({
        ItemReader: { Arguments: { Bucket: 'control' } },
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
        ToleratedFailurePercentage: 100,
      });
    }
  });
});

/** Uses of variables that some way from the start reaches without an assignment: data flow to a fixed point. */
function unassigned({ StartAt, States }: any): string[] {
  const before = new Map<string, Set<string>>([[StartAt, new Set()]]);
  const queue = [StartAt];
  const meet = (target: string, vars: Set<string>) => {
    const old = before.get(target);
    const next = old ? new Set([...old].filter((name) => vars.has(name))) : vars;
    if (old && old.size === next.size) return;
    before.set(target, next);
    queue.push(target);
  };
  while (queue.length > 0) {
    const state = States[queue.pop()!];
    const here = before.get(Object.keys(States).find((name) => States[name] === state)!)!;
    const after = new Set([...here, ...Object.keys(state.Assign ?? {})]);
    for (const next of [state.Next, state.Default]) if (next) meet(next, after);
    for (const way of [...(state.Choices ?? []), ...(state.Catch ?? [])]) {
      meet(way.Next, new Set([...here, ...Object.keys(way.Assign ?? {})]));
    }
  }
  return Object.entries<any>(States).flatMap(([name, { ItemProcessor: _own, ...state }]) => {
    const used = [...JSON.stringify(state).matchAll(/\$([a-z][A-Za-z0-9]*)\b(?!\s*\()/g)].map(
      ([, variable]) => variable!,
    );
    return [...new Set(used)]
      .filter((variable) => variable !== 'states' && !before.get(name)!.has(variable))
      .map((variable) => `${name}: $${variable}`);
  });
}
