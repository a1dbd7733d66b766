import { describe, expect, test } from '@jest/globals';
import { checkTarget, targetInput } from '../../../../lib/sandbox/events/input.ts';

const event = { time: '2026-11-22T03:04:05Z', detail: { name: 'a "b"', list: ['x', 'y'], nested: { n: 1 } } };
const facts = { ruleArn: 'arn:rule', ruleName: 'rule', ingestionTime: new Date('2026-11-22T03:04:06Z') };
const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  targetInput({ InputTransformer: { InputTemplate, InputPathsMap } }, event, facts);

describe('the input of a target', () => {
  test('is the event, where nothing else is said', () => {
    expect(JSON.parse(targetInput({}, event, facts))).toEqual(event);
  });

  test('is a part of the event under InputPath', () => {
    expect(targetInput({ InputPath: '$.detail.nested' }, event, facts)).toBe('{"n":1}');
    expect(targetInput({ InputPath: '$.detail.list[1]' }, event, facts)).toBe('"y"');
  });

  test('is the constant under Input', () => {
    expect(targetInput({ Input: '{"a":1}' }, event, facts)).toBe('{"a":1}');
  });

  test('holds JSON where a placeholder is not in quotes', () => {
    const text = transformed('{"n": <nested>, "l": <list>}', {
      nested: '$.detail.nested',
      list: '$.detail.list',
    });
    expect(JSON.parse(text)).toEqual({ n: { n: 1 }, l: ['x', 'y'] });
  });

  test('holds bare text where a placeholder is in quotes', () => {
    expect(
      transformed('"got <list> and <nested>"', { list: '$.detail.list', nested: '$.detail.nested' }),
    ).toBe('"got [x,y] and {n:1}"');
    expect(JSON.parse(transformed('"<name>"', { name: '$.detail.name' }))).toBe('a "b"');
  });

  test('has an empty text where the path leads nowhere', () => {
    expect(transformed('{"a": <gone>, "b": "<gone>"}', { gone: '$.detail.gone' })).toBe('{"a": "", "b": ""}');
  });

  test('knows the rule', () => {
    expect(transformed('{"rule": "<aws.events.rule-name>", "event": <aws.events.event.json>}')).toBe(
      `{"rule": "rule", "event": ${JSON.stringify(event)}}`,
    );
  });
});

test('a placeholder without a path is refused', () => {
  const target = { Id: 'one', InputTransformer: { InputTemplate: '"<what>"' } };
  expect(() => checkTarget(target)).toThrow(
    'InputTemplate for target one contains invalid placeholder what.',
  );
});

test('two kinds of input are refused', () => {
  expect(() => checkTarget({ Id: 'one', Input: '{}', InputPath: '$.detail' })).toThrow(
    'Only one of Input, InputPath, or InputTransformer must be provided for target one.',
  );
});
