import type { Template } from './template.ts';

/** What a template's expressions can refer to while its stack is made. */
export interface Scope {
  template: Template;
  /** `AWS::Region` and so on. */
  pseudoParameters: Record<string, unknown>;
  parameters: Record<string, unknown>;
  /** What has been created so far, by logical id. */
  resources: Map<string, { id: string; attributes: Record<string, unknown> }>;
  /** Exports of all stacks, by name. */
  exports: Map<string, string>;
}

/** Marks a property to be left out, as `AWS::NoValue` does. */
const noValue = Symbol('AWS::NoValue');

/** A template value with every intrinsic function computed. Throws an error that names what is wrong. */
export function evaluate(value: unknown, scope: Scope): any {
  const result = compute(value, scope);
  return result === noValue ? undefined : result;
}

/** Whether a named condition of the template holds. */
export function holds(name: string, scope: Scope): boolean {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) throw new Error(`The template has no condition ${name}`);
  return compute(condition, scope) === true;
}

function compute(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value))
    return value.map((each) => compute(each, scope)).filter((each) => each !== noValue);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined && isFunction(name)) {
    const run = functions[name];
    if (run === undefined) throw new Error(`The sandbox has no intrinsic function ${name}`);
    return run(argument, scope);
  }
  return Object.fromEntries(
    entries.map(([key, each]) => [key, compute(each, scope)]).filter(([, each]) => each !== noValue),
  );
}

function isFunction(name: string): boolean {
  return name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');
}

type Intrinsic = (argument: any, scope: Scope) => unknown;

const functions: Record<string, Intrinsic> = {
  Ref: (name, scope) => reference(name, scope),
  // Only a condition's name is a string there; a policy statement's Condition is an object.
  Condition: (name, scope) =>
    typeof name === 'string' ? holds(name, scope) : { Condition: compute(name, scope) },
  'Fn::GetAtt': (argument, scope) => {
    const [id, ...path] = typeof argument === 'string' ? argument.split('.') : argument;
    return attribute(id, path.map((part: unknown) => compute(part, scope)).join('.'), scope);
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': ([separator, list], scope) => asList(compute(list, scope), 'Fn::Join').join(separator),
  'Fn::Select': ([index, list], scope) => {
    const values = asList(compute(list, scope), 'Fn::Select');
    const at = Number(compute(index, scope));
    if (values[at] === undefined)
      throw new Error(`Fn::Select: no element ${at} in a list of ${values.length}`);
    return values[at];
  },
  'Fn::Split': ([separator, text], scope) => String(compute(text, scope)).split(separator),
  'Fn::If': ([condition, yes, no], scope) => compute(holds(condition, scope) ? yes : no, scope),
  'Fn::Equals': ([one, other], scope) => compute(one, scope) === compute(other, scope),
  'Fn::And': (list, scope) => list.every((each: unknown) => compute(each, scope) === true),
  'Fn::Or': (list, scope) => list.some((each: unknown) => compute(each, scope) === true),
  'Fn::Not': ([one], scope) => compute(one, scope) !== true,
  'Fn::Base64': (text, scope) => Buffer.from(String(compute(text, scope))).toString('base64'),
  'Fn::GetAZs': (_region, scope) => scope.pseudoParameters['sandbox::AvailabilityZones'],
  'Fn::ImportValue': (argument, scope) => {
    const name = String(compute(argument, scope));
    const value = scope.exports.get(name);
    if (value === undefined) throw new Error(`No deployed stack exports ${name}`);
    return value;
  },
  'Fn::FindInMap': ([map, first, second], scope) => {
    const [name, one, two] = [map, first, second].map((each) => String(compute(each, scope)));
    const value = scope.template.Mappings?.[name!]?.[one!]?.[two!];
    if (value === undefined) throw new Error(`Fn::FindInMap: no ${one}.${two} in mapping ${name}`);
    return value;
  },
};

function reference(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return noValue;
  if (name in scope.pseudoParameters) return scope.pseudoParameters[name];
  if (name in scope.parameters) return scope.parameters[name];
  const resource = scope.resources.get(name);
  if (resource === undefined) throw new Error(`Ref: there is no parameter or resource ${name}`);
  return resource.id;
}

function attribute(id: string, name: string, scope: Scope): unknown {
  const resource = scope.resources.get(id);
  if (resource === undefined) throw new Error(`Fn::GetAtt: there is no resource ${id}`);
  const value = resource.attributes[name];
  if (value === undefined) {
    const type = scope.template.Resources?.[id]?.Type;
    const known = Object.keys(resource.attributes).join(', ') || 'none';
    throw new Error(`Fn::GetAtt: the sandbox gives ${id} (${type}) no attribute ${name}; it has: ${known}`);
  }
  return value;
}

function substitute(argument: string | [string, Record<string, unknown>], scope: Scope): string {
  const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in variables) return String(compute(variables[name as keyof typeof variables], scope));
    const [id, ...path] = name.split('.');
    return String(path.length > 0 ? attribute(id!, path.join('.'), scope) : reference(name, scope));
  });
}

function asList(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${where}: expected a list, got ${JSON.stringify(value)}`);
}
