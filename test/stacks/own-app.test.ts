import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EvidenceStack, loadPolicy, RollbackStack } from '../../lib/infra/index.ts';

const env = { account: '111122223333', region: 'eu-central-1' };
const policyFile = join(import.meta.dirname, '../../examples/orders/rollback.yaml');

const outdir = mkdtempSync(join(tmpdir(), 'own-app-'));

afterAll(() => rmSync(outdir, { recursive: true, force: true }));

test('both stacks stand beside others in somebody’s own app', () => {
  const app = new App({ outdir });
  new Topic(new Stack(app, 'theirs', { env }), 'Topic');
  const { evidence } = new EvidenceStack(app, 'evidence', { env, domain: 'example.com', retentionDays: 365 });

  const stack = new RollbackStack(app, 'orders-rollback', { env, policy: loadPolicy(policyFile), evidence });

  Template.fromStack(stack).resourceCountIs('AWS::StepFunctions::StateMachine', 3);
}, 60_000);

test('a policy that is not there is refused by its path', () => {
  expect(() => loadPolicy('/nowhere/rollback.yaml')).toThrow(/\/nowhere\/rollback.yaml/);
});
