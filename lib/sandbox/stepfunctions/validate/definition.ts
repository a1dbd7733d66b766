import { ServiceError } from '../../contract.ts';
import type { Definition } from '../definition.ts';
import { byteLength } from '../json.ts';
import { limits } from '../limits.ts';
import { isPart, type Part, Problems } from './problems.ts';
import { checkScopes } from './scopes.ts';
import { checkState, stateTypes } from './states.ts';

const topFields = ['Comment', 'QueryLanguage', 'Version', 'TimeoutSeconds', 'StartAt', 'States'];

/** Parses the text of a definition and checks it. Throws InvalidDefinition, which names each place and its problem. */
export function parseDefinition(text: string): Definition {
  if (byteLength(text) > limits.definitionBytes) {
    throw refusal([`DEFINITION_TOO_LARGE: ${byteLength(text)} bytes, more than ${limits.definitionBytes}`]);
  }
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    throw refusal([`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`]);
  }
  if (!isPart(definition)) throw refusal(['SCHEMA_VALIDATION_FAILED: The definition must be an object at /']);

  const problems = new Problems();
  problems.unknownFields(definition, topFields, '');
  problems.number(definition, 'TimeoutSeconds', '', 1, false);
  problems.oneOf(definition, 'QueryLanguage', '', ['JSONPath', 'JSONata']);
  checkBlock(definition, '', definition.QueryLanguage === 'JSONata', new Set(), problems);
  checkScopes(definition, '', problems);
  if (problems.found.length > 0) throw refusal(problems.found);
  return definition as unknown as Definition;
}

function refusal(problems: string[]): ServiceError {
  return new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${problems.join(', ')}'`);
}

/** Checks the states of a machine, a branch or a processor, and that control can reach each of them. */
function checkBlock(block: Part, at: string, jsonata: boolean, names: Set<string>, problems: Problems): void {
  const missing = ['StartAt', 'States'].filter((field) => block[field] === undefined);
  if (missing.length > 0) {
    problems.add(`These fields are required: [${missing.join(', ')}]`, at || '/');
    return;
  }
  const { StartAt: start, States: states } = block;
  if (!isPart(states) || Object.keys(states).length === 0) {
    problems.add("The field 'States' must be an object with at least one state", `${at}/States`);
    return;
  }
  for (const [name, state] of Object.entries(states)) {
    const place = `${at}/States/${name}`;
    if (names.has(name)) problems.add(`The state name '${name}' is used more than once`, place);
    names.add(name);
    if (name.length > limits.nameLength)
      problems.add(`The state name is longer than ${limits.nameLength}`, place);
    if (!isPart(state) || !stateTypes.includes(state.Type as string)) {
      problems.add(
        `The field 'Type' should have one of these values: [${stateTypes.join(', ')}]`,
        `${place}/Type`,
      );
      continue;
    }
    const language = checkLanguage(state, place, jsonata, problems);
    if (!language) continue;
    checkState(state, place, problems);
    for (const [inner, innerPlace] of blocksOf(state, place))
      checkBlock(inner, innerPlace, language, names, problems);
  }
  checkTransitions(start, states, at, problems);
}

/** Whether the state is in JSONata, the only language here. */
function checkLanguage(state: Part, at: string, jsonata: boolean, problems: Problems): boolean {
  const language = state.QueryLanguage ?? (jsonata ? 'JSONata' : 'JSONPath');
  if (language === 'JSONata') return true;
  problems.add(
    `Only JSONata is supported but the query language is ${language}: set "QueryLanguage": "JSONata"`,
    at,
  );
  return false;
}

function blocksOf(state: Part, at: string): [Part, string][] {
  const found: [unknown, string][] =
    state.Type === 'Parallel' && Array.isArray(state.Branches)
      ? state.Branches.map((branch, index) => [branch, `${at}/Branches[${index}]`])
      : state.Type === 'Map'
        ? [[state.ItemProcessor ?? state.Iterator, `${at}/ItemProcessor`]]
        : [];
  return found.filter((entry): entry is [Part, string] => isPart(entry[0]));
}

function checkTransitions(start: unknown, states: Part, at: string, problems: Problems): void {
  const missingTarget = 'MISSING_TRANSITION_TARGET';
  const reached = new Set<string>();
  const open: [target: unknown, place: string][] = [[start, `${at}/StartAt`]];
  for (let step = open.pop(); step; step = open.pop()) {
    const [target, place] = step;
    if (typeof target !== 'string' || !Object.hasOwn(states, target)) {
      problems.add(`Missing 'Next' target: ${target}`, place, missingTarget);
    } else if (!reached.has(target)) {
      reached.add(target);
      if (isPart(states[target])) open.push(...targetsOf(states[target], `${at}/States/${target}`));
    }
  }
  for (const name of Object.keys(states)) {
    if (!reached.has(name))
      problems.add(`State "${name}" is not reachable.`, `${at}/States/${name}`, missingTarget);
  }
}

function targetsOf(state: Part, at: string): [target: unknown, place: string][] {
  const targets: [unknown, string][] = [];
  for (const field of ['Next', 'Default']) {
    if (state[field] !== undefined) targets.push([state[field], `${at}/${field}`]);
  }
  for (const list of ['Choices', 'Catch']) {
    if (!Array.isArray(state[list])) continue;
    for (const [index, part] of state[list].entries()) {
      if (isPart(part) && part.Next !== undefined) targets.push([part.Next, `${at}/${list}[${index}]/Next`]);
    }
  }
  return targets;
}
