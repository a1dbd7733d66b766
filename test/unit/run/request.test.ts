import { describe, expect, test } from '@jest/globals';
import { parseRollbackRequest } from '../../../lib/domain/run/request.ts';
import { parseTriggerEvent } from '../../../lib/domain/run/trigger-event.ts';

describe('the execution input', () => {
  test('needs a reason only', () => {
    expect(parseRollbackRequest({ reason: 'bad import' })).toEqual({
      reason: 'bad import',
      restoreTo: 'last-good',
      mode: 'execute',
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /expected an object, got nothing/],
    ['null', null, /expected an object, got null/],
    ['a text', 'please', /expected an object, got "please"/],
    ['a list', [], /expected an object, got \[\]/],
    ['no reason', {}, /reason: expected a string, got nothing/],
    ['an empty reason', { reason: '' }, /reason: expected at least 1 characters, got ""/],
    ['a reason of a book', { reason: 'x'.repeat(1001) }, /reason: expected at most 1000 characters/],
    ['a reason that is a number', { reason: 7 }, /reason: expected a string, got 7/],
    ['an unknown field', { reason: 'r', force: true }, /force: expected no such field, got true/],
    ['a misspelt field', { reason: 'r', restoreto: 'x' }, /restoreto: expected no such field, got "x"/],
    [
      'an unknown mode',
      { reason: 'r', mode: 'fast' },
      /mode: expected "execute" or "drill" or "plan", got "fast"/,
    ],
    ['an unknown class', { reason: 'r', class: 'net' }, /class: expected "deploy" or .*, got "net"/],
    [
      'a time as a number',
      { reason: 'r', restoreTo: 1732244645 },
      /restoreTo: expected a string, got 1732244645/,
    ],
    ['an incident with a slash', { reason: 'r', incident: 'a/b' }, /incident: expected letters, digits/],
    ['an incident too long', { reason: 'r', incident: 'a'.repeat(81) }, /incident: expected letters/],
    [
      'no commander in the field',
      { reason: 'r', commander: '' },
      /commander: expected at least 1 characters/,
    ],
  ])('%s is refused', (_what, input, message) => {
    expect(() => parseRollbackRequest(input)).toThrow(message);
    expect(() => parseRollbackRequest(input)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});

describe('what wakes the trigger', () => {
  const alarm = {
    id: 'e-1',
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    detail: { alarmName: 'orders-rollback-needed', state: { value: 'ALARM', reason: '…' } },
  };
  const ended = {
    id: 'e-2',
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: {
      executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:orders-rollback:one',
      stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:orders-rollback',
      status: 'ABORTED',
      error: null,
      cause: null,
    },
  };

  test('is an alarm, the schedule, or an execution that ended', () => {
    expect(parseTriggerEvent(alarm)).toEqual({ kind: 'alarm', alarmName: 'orders-rollback-needed' });
    expect(parseTriggerEvent({ source: 'schedule' })).toEqual({ kind: 'tick' });
    expect(parseTriggerEvent(ended)).toMatchObject({ kind: 'ended', status: 'ABORTED', error: 'ABORTED' });
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /source: expected aws.cloudwatch or aws.states or schedule, got nothing/],
    ['a text', 'ALARM', /source: expected .*, got nothing/],
    ['another service', { ...alarm, source: 'aws.ec2' }, /source: expected .*, got "aws.ec2"/],
    [
      'another kind of event',
      { ...alarm, 'detail-type': 'Alarm' },
      /detail-type: expected "CloudWatch Alarm State Change"/,
    ],
    ['no id', { ...alarm, id: undefined }, /id: expected a string, got nothing/],
    ['no detail', { ...alarm, detail: undefined }, /detail: expected an object, got nothing/],
    ['no alarm', { ...alarm, detail: { state: { value: 'ALARM' } } }, /detail.alarmName: expected a string/],
    ['no state', { ...alarm, detail: { alarmName: 'a' } }, /detail.state: expected an object, got nothing/],
    [
      'an unknown state',
      { ...alarm, detail: { alarmName: 'a', state: { value: 'RED' } } },
      /detail.state.value: expected .*, got "RED"/,
    ],
    [
      'no execution',
      { ...ended, detail: { ...ended.detail, executionArn: 'one' } },
      /detail.executionArn: expected an execution's ARN, got "one"/,
    ],
    [
      'an unknown status',
      { ...ended, detail: { ...ended.detail, status: 'GONE' } },
      /detail.status: expected .*, got "GONE"/,
    ],
  ])('%s is refused', (_what, event, message) => {
    expect(() => parseTriggerEvent(event)).toThrow(message);
    expect(() => parseTriggerEvent(event)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});
