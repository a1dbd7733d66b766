import { ServiceError } from '../contract.ts';

/**
 * A CloudWatch Logs filter pattern as a test of a message: terms that must all be there, `"a phrase"`,
 * `?optional` terms of which one must be there, `-excluded` terms, and `{ $.member = value }` on JSON lines.
 */
export function filterPattern(pattern: string | undefined): (message: string) => boolean {
  const trimmed = (pattern ?? '').trim();
  if (trimmed === '') return () => true;
  if (trimmed.startsWith('{')) return jsonPattern(trimmed);
  if (trimmed.startsWith('[') || trimmed.startsWith('%')) throw unsupported(trimmed);
  const terms = [...trimmed.matchAll(/([?-]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign, phrase, word]) => ({
    sign,
    text: phrase ?? word ?? '',
  }));
  const of = (sign: string) => terms.filter((term) => term.sign === sign).map((term) => term.text);
  const [required, optional, excluded] = [of(''), of('?'), of('-')];
  return (message) =>
    required.every((text) => message.includes(text)) &&
    (optional.length === 0 || optional.some((text) => message.includes(text))) &&
    !excluded.some((text) => message.includes(text));
}

const condition = /^\$\.([\w.]+)\s*(=|!=|>=|<=|>|<)\s*(?:"([^"]*)"|([^\s"]+))$/;

function jsonPattern(pattern: string): (message: string) => boolean {
  const inner = pattern.replace(/^\{/, '').replace(/\}$/, '').trim();
  const any = inner.includes('||');
  if (any && inner.includes('&&')) throw unsupported(pattern);
  const tests = inner.split(any ? '||' : '&&').map((part) => {
    const match = condition.exec(
      part
        .trim()
        .replace(/^\((.*)\)$/, '$1')
        .trim(),
    );
    if (match === null) throw unsupported(pattern);
    const [, path, operator, quoted, bare] = match;
    return (value: any) => compare(member(value, path!), operator!, quoted ?? bare!);
  });
  return (message) => {
    const value = parse(message);
    if (value === undefined) return false;
    return any ? tests.some((test) => test(value)) : tests.every((test) => test(value));
  };
}

function member(value: any, path: string): unknown {
  return path.split('.').reduce((each, name) => each?.[name], value);
}

function compare(value: unknown, operator: string, wanted: string): boolean {
  if (value === undefined) return false;
  if (operator === '=' || operator === '!=') {
    const pattern = new RegExp(`^${wanted.split('*').map(literal).join('.*')}$`);
    return pattern.test(String(value)) === (operator === '=');
  }
  const [left, right] = [Number(value), Number(wanted)];
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}

/** The text as a regular expression that matches only itself. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function unsupported(pattern: string) {
  return new ServiceError(
    'InvalidParameterException',
    `The sandbox reads filter patterns of terms and of { $.member = value }, got ${pattern}`,
  );
}
