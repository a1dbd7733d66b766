import { type FieldMatcher, invalidPattern } from './pattern-types.ts';

/** `*` stands for any characters; `\*` and `\\` for themselves. */
export function wildcardMatcher(operand: unknown): FieldMatcher {
  if (typeof operand !== 'string') throw invalidPattern('wildcard match pattern must be a string');
  let expression = '';
  for (let position = 0; position < operand.length; position += 1) {
    const character = operand[position]!;
    const next = operand[position + 1];
    if (character === '\\') {
      if (next !== '*' && next !== '\\') throw invalidPattern(`Invalid escape character at pos ${position}`);
      expression += literal(next);
      position += 1;
    } else if (character === '*') {
      if (next === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${position + 1}`);
      expression += '.*';
    } else {
      expression += literal(character);
    }
  }
  const compiled = new RegExp(`^${expression}$`, 's');
  return (value) => typeof value === 'string' && compiled.test(value);
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
}
