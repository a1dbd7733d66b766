import { expect, test } from '@jest/globals';
import { noticeText } from '../../../../lib/adapters/aws/notices.ts';

const execution = 'arn:aws:states:eu-central-1:111122223333:execution:orders-rollback:one';

test('says first what happened, what to do and where to look', () => {
  const text = noticeText('orders: rollback reversed', {
    run: '20261122T030405Z-0123456789abcdef',
    execution,
    restorePoint: null,
    findings: [{ error: 'CloneFailed', cause: 'storage-full' }],
    next: 'The old databases serve as before.',
  });

  expect(text.split('\n')).toEqual([
    'orders: rollback reversed',
    '',
    'Next: The old databases serve as before.',
    `Execution: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${execution}`,
    '',
    'run: 20261122T030405Z-0123456789abcdef',
    `execution: ${execution}`,
    'findings: [{"error":"CloneFailed","cause":"storage-full"}]',
    '',
  ]);
});

test('a refused request as long as an input may be does not burst the message', () => {
  const text = noticeText('orders: rollback refused', {
    request: { reason: 'x'.repeat(250_000) },
    execution: { arn: execution },
  });

  expect(text.length).toBeLessThan(3000);
  expect(text).toContain('(250013 characters)');
  expect(text).toContain(`details/${execution}`);
});
