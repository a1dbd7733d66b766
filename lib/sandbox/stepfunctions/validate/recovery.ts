import { isPart, type Part, type Problems } from './problems.ts';

const retrierFields = [
  'Comment',
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
];
const catcherFields = ['Comment', 'ErrorEquals', 'Next', 'Assign', 'Output'];

export function checkRecovery(state: Part, at: string, problems: Problems): void {
  for (const [field, check] of [
    ['Retry', checkRetrier],
    ['Catch', checkCatcher],
  ] as const) {
    const list = state[field];
    if (list === undefined) continue;
    if (!Array.isArray(list) || !list.every(isPart)) {
      problems.add(`The field '${field}' must be a list of objects`, `${at}/${field}`);
      continue;
    }
    for (const [index, part] of list.entries()) {
      const place = `${at}/${field}[${index}]`;
      checkErrorEquals(part, place, index === list.length - 1, problems);
      check(part, place, problems);
    }
  }
}

function checkRetrier(retrier: Part, at: string, problems: Problems): void {
  problems.unknownFields(retrier, retrierFields, at);
  problems.number(retrier, 'IntervalSeconds', at, 1, false);
  problems.number(retrier, 'MaxAttempts', at, 0, false);
  problems.number(retrier, 'BackoffRate', at, 1, false);
  problems.number(retrier, 'MaxDelaySeconds', at, 1, false);
  problems.oneOf(retrier, 'JitterStrategy', at, ['FULL', 'NONE']);
  const { MaxDelaySeconds: most, IntervalSeconds: interval = 1 } = retrier;
  if (typeof most === 'number' && most <= (interval as number)) {
    problems.add('MaxDelaySeconds must be greater than IntervalSeconds', at);
  }
}

function checkCatcher(catcher: Part, at: string, problems: Problems): void {
  problems.unknownFields(catcher, catcherFields, at);
  problems.text(catcher, 'Next', at);
  problems.template(catcher.Output, `${at}/Output`);
  checkAssign(catcher, at, problems);
}

function checkErrorEquals(part: Part, at: string, last: boolean, problems: Problems): void {
  const names = part.ErrorEquals;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    problems.add("The field 'ErrorEquals' must be a list of error names", at);
    return;
  }
  if (names.includes('States.ALL') && (names.length > 1 || !last)) {
    problems.add('States.ALL must stand alone and last', `${at}/ErrorEquals`);
  }
}

/** Variables have names that JSONata can refer to. */
export function checkAssign(part: Part, at: string, problems: Problems): void {
  if (part.Assign === undefined) return;
  if (!isPart(part.Assign)) {
    problems.add("The field 'Assign' must be an object", `${at}/Assign`);
    return;
  }
  for (const name of Object.keys(part.Assign)) {
    if (!/^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u.test(name) || name === 'states') {
      problems.add(`'${name}' cannot be the name of a variable`, `${at}/Assign`);
    }
  }
  problems.template(part.Assign, `${at}/Assign`);
}
