import { ServiceError } from '../contract.ts';
import type { StateValue } from './evaluation.ts';

/** A composite alarm's rule, parsed: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`. */
export interface AlarmRule {
  /** Names or ARNs of the alarms it names. */
  readonly alarms: string[];
  holds(stateOf: (alarm: string) => StateValue): boolean;
}

type Expression = (stateOf: (alarm: string) => StateValue) => boolean;

const token =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s()"']+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

export function parseAlarmRule(text: string): AlarmRule {
  const alarms: string[] = [];
  const tokens = tokenize(text);
  let position = 0;

  const take = (word: string): boolean => {
    if (tokens[position]?.word !== word) return false;
    position += 1;
    return true;
  };
  const or = (): Expression => {
    let left = and();
    while (take('OR')) {
      const [a, b] = [left, and()];
      left = (stateOf) => a(stateOf) || b(stateOf);
    }
    return left;
  };
  const and = (): Expression => {
    let left = not();
    while (take('AND')) {
      const [a, b] = [left, not()];
      left = (stateOf) => a(stateOf) && b(stateOf);
    }
    return left;
  };
  const not = (): Expression => {
    if (!take('NOT')) return single();
    const inner = not();
    return (stateOf) => !inner(stateOf);
  };
  const single = (): Expression => {
    if (take('(')) {
      const inner = or();
      if (!take(')')) throw invalid(text, 'a parenthesis is not closed');
      return inner;
    }
    if (take('TRUE')) return () => true;
    if (take('FALSE')) return () => false;
    const next = tokens[position];
    if (!next?.state) throw invalid(text, `expected an alarm's state, got ${next?.word ?? 'the end'}`);
    position += 1;
    const { state, alarm } = next;
    alarms.push(alarm!);
    return (stateOf) => stateOf(alarm!) === state;
  };

  const expression = or();
  if (position < tokens.length)
    throw invalid(text, `unexpected ${tokens[position]!.word ?? tokens[position]!.state}`);
  return { alarms, holds: expression };
}

interface Token {
  word?: string;
  state?: StateValue;
  alarm?: string;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (text.slice(position).trim() !== '') {
    token.lastIndex = position;
    const match = token.exec(text);
    if (!match) throw invalid(text, `not understood at character ${position + 1}`);
    position = token.lastIndex;
    const [, state, double, simple, bare, word, parenthesis] = match;
    if (state) tokens.push({ state: state as StateValue, alarm: double ?? simple ?? bare });
    else tokens.push({ word: word ?? parenthesis });
  }
  return tokens;
}

function invalid(text: string, why: string): ServiceError {
  return new ServiceError('ValidationError', `AlarmRule is not valid: ${why}. Rule: ${text}`);
}
