import { expect, test } from '@jest/globals';
import { parseEnvironment } from '../../../lambdas/environment.ts';

const whole = {
  CLUSTER: 'orders',
  POLICY_URI: 's3://assets/policy.json',
  POLICY_SHA256: 'a'.repeat(64),
  CONTROL_BUCKET: 'control',
  EVIDENCE_BUCKET: 'evidence',
  EVIDENCE_ORIGIN: 'safe-rollback.example/111122223333/eu-central-1/evidence',
  SIGNING_KEY_ARN: 'arn:aws:kms:eu-central-1:111122223333:key/k',
  SIGNING_DUTY: 'act',
  SIGNING_KEY_NAME: 'orders-act',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:t',
};

test('is read once, numbers as numbers', () => {
  const environment = parseEnvironment(
    { ...whole, LONGEST_FUNCTION_TIMEOUT_SECONDS: '120', PATH: '/bin' },
    'LONGEST_FUNCTION_TIMEOUT_SECONDS',
  );

  expect(environment).toEqual({ ...whole, LONGEST_FUNCTION_TIMEOUT_SECONDS: 120 });
});

test.each([
  ['CLUSTER', undefined],
  ['POLICY_URI', 'https://example.com'],
  ['POLICY_SHA256', 'short'],
  ['SIGNING_DUTY', 'dance'],
  ['EVIDENCE_ORIGIN', 'no-slashes'],
])('%s = %j is named as not configured', (name, value) => {
  expect(() => parseEnvironment({ ...whole, [name]: value })).toThrow(
    expect.objectContaining({ name: 'NotConfigured', message: expect.stringContaining(name) }),
  );
});

test('what only some areas need is asked for by name', () => {
  expect(() => parseEnvironment(whole, 'RECOVER_MACHINE_ARN')).toThrow(/RECOVER_MACHINE_ARN/);
});
