import { type FieldMatcher, invalidPattern } from './pattern-types.ts';

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]`: one comparison, or a lower bound and an upper one. */
export function numericMatcher(operand: unknown): FieldMatcher {
  if (!Array.isArray(operand)) throw invalidPattern('Value of numeric must be an array.');
  if (operand.length === 0) throw invalidPattern('Invalid member in numeric match: ]');
  const bounds: [string, number][] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const [operator, bound] = [operand[index], operand[index + 1]];
    if (typeof operator !== 'string') throw invalidPattern(`Invalid member in numeric match: ${operator}`);
    if (!comparisons[operator]) throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
    if (typeof bound !== 'number') throw invalidPattern(`Value of ${operator} must be numeric`);
    bounds.push([operator, bound]);
  }
  const [first, second] = bounds;
  if (second) {
    if (bounds.length > 2 || !first![0].startsWith('>'))
      throw invalidPattern('Too many elements in numeric expression');
    if (!second[0].startsWith('<')) throw invalidPattern(`Bad numeric range operator: ${second[0]}`);
    if (first![1] >= second[1]) throw invalidPattern('Bottom must be less than top');
  }
  return (value) =>
    typeof value === 'number' && bounds.every(([operator, bound]) => comparisons[operator]!(value, bound));
}
