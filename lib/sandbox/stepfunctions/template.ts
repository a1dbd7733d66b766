import type { Template } from './definition.ts';
import { EvaluationFailure } from './failure.ts';
import { type Json, typeName } from './json.ts';
import { ExpressionError, evaluate, expressionOf } from './jsonata.ts';

export type Bindings = Record<string, unknown>;

/** Replaces each `{% … %}` in a template by its value. `location` names the field for error messages: `Output/result`. */
export async function resolveTemplate(
  template: Template,
  location: string,
  bindings: Bindings,
): Promise<Json> {
  if (typeof template === 'string') {
    const expression = expressionOf(template);
    return expression === undefined ? template : resolveExpression(expression, location, bindings);
  }
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries()) {
      items.push(await resolveTemplate(item, `${location}[${index}]`, bindings));
    }
    return items;
  }
  if (template !== null && typeof template === 'object') {
    const members: Record<string, Json> = {};
    for (const [name, value] of Object.entries(template)) {
      members[name] = await resolveTemplate(value, `${location}/${name}`, bindings);
    }
    return members;
  }
  return template;
}

async function resolveExpression(expression: string, location: string, bindings: Bindings): Promise<Json> {
  try {
    return await evaluate(expression, bindings);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new EvaluationFailure(`${subject(expression, location)} ${error.problem}`, location);
  }
}

/** The failure of a field whose expression gave a value of the wrong type. */
export function unexpectedType(
  template: Template,
  location: string,
  expected: string,
  value: Json,
): EvaluationFailure {
  const expression = typeof template === 'string' ? expressionOf(template) : undefined;
  return new EvaluationFailure(
    `${subject(expression ?? JSON.stringify(template), location)} returned an unexpected result type. ` +
      `Expected '${expected}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    location,
  );
}

function subject(expression: string, location: string): string {
  return `The JSONata expression '${expression}' specified for the field '${location}'`;
}
