import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { scaledClock } from '../../../../lib/sandbox/clock.ts';
import { CloudFormationService } from '../../../../lib/sandbox/cloudformation/service.ts';
import { ServiceDirectory } from '../../../../lib/sandbox/context.ts';

let directory: string;
let calls: { operation: string; input: any }[];
let cloudFormation: CloudFormationService;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'safe-rollback-deployment-test-'));
  calls = [];
  const context = new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(),
    directory,
    log: () => {},
  });
  const record = (operation: string, answer: (input: any) => object) => async (input: any) => {
    calls.push({ operation, input });
    return answer(input);
  };
  context.register({
    name: 'sqs',
    operations: {
      CreateQueue: record('CreateQueue', ({ QueueName }) => ({ QueueUrl: `http://queues/${QueueName}` })),
      SetQueueAttributes: record('SetQueueAttributes', () => ({})),
    },
  });
  cloudFormation = new CloudFormationService(context, { availabilityZones: [] });
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function app(
  stacks: Record<string, { template: object; dependencies?: string[]; environment?: string }>,
): string {
  const artifacts: Record<string, object> = {};
  for (const [name, { template, dependencies, environment }] of Object.entries(stacks)) {
    writeFileSync(join(directory, `${name}.template.json`), JSON.stringify(template));
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: environment ?? 'aws://111122223333/eu-central-1',
      properties: { templateFile: `${name}.template.json` },
      dependencies,
    };
  }
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ version: '1', artifacts }));
  return directory;
}

const queue = (Properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties });

describe('a deployment', () => {
  test('makes resources after those they refer to, under names as CloudFormation makes them', async () => {
    const policy = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Late' }],
        PolicyDocument: { Resource: { 'Fn::GetAtt': ['Late', 'Arn'] } },
      },
    };

    const { shop } = await cloudFormation.deploy(
      app({ shop: { template: { Resources: { Early: policy, Late: queue() } } } }),
    );

    expect(calls.map(({ operation }) => operation)).toEqual(['CreateQueue', 'SetQueueAttributes']);
    expect(calls[0]!.input.QueueName).toMatch(/^shop-Late-[A-Z0-9]{12}$/);
    expect(calls[1]!.input.Attributes.Policy).toContain('arn:aws:sqs:eu-central-1:111122223333:shop-Late-');
    expect(shop!.resources.Late!.id).toBe(`http://queues/${calls[0]!.input.QueueName}`);
  });

  test('hands exports to the stacks that import them, whatever their order in the manifest', async () => {
    const importing = { Outputs: { Got: { Value: { 'Fn::ImportValue': 'Url' } } } };
    const exporting = {
      Resources: { Queue: queue({ QueueName: 'q' }) },
      Outputs: { Url: { Value: { Ref: 'Queue' }, Export: { Name: 'Url' } } },
    };

    const deployed = await cloudFormation.deploy(
      app({ second: { template: importing, dependencies: ['first'] }, first: { template: exporting } }),
    );

    expect(deployed.second!.outputs).toEqual({ Got: 'http://queues/q' });
  });

  test('leaves out what a condition excludes', async () => {
    const template = {
      Conditions: { Never: { 'Fn::Equals': [1, 2] } },
      Resources: { Queue: { ...queue(), Condition: 'Never' } },
    };

    const { shop } = await cloudFormation.deploy(app({ shop: { template } }));

    expect(shop!.resources).toEqual({});
  });

  test.each<[string, object, RegExp]>([
    [
      'an unknown type',
      { Resources: { X: { Type: 'Custom::Thing' } } },
      /Stack shop: resource X \(Custom::Thing\): the sandbox has no such resource type/,
    ],
    [
      'an unknown property',
      { Resources: { X: queue({ Colour: 1 }) } },
      /resource X \(AWS::SQS::Queue\): the sandbox does not honour the property Colour/,
    ],
    [
      'a circle',
      { Resources: { A: { ...queue(), DependsOn: 'B' }, B: { ...queue(), DependsOn: ['A'] } } },
      /Circular dependency between resources: A → B → A/,
    ],
    [
      'a missing dependency',
      { Resources: { A: { ...queue(), DependsOn: 'B' } } },
      /A depends on B, which the template does not have/,
    ],
    [
      'a parameter without a default',
      { Parameters: { P: { Type: 'String' } } },
      /parameter P has no default/,
    ],
    ['a macro', { Transform: 'AWS::Serverless-2016-10-31' }, /no template macros/],
  ])('is refused for %s', async (_name, template, message) => {
    await expect(cloudFormation.deploy(app({ shop: { template } }))).rejects.toThrow(message);
  });

  test('is refused for another account or a folder that is no app', async () => {
    const foreign = app({ shop: { template: {}, environment: 'aws://999999999999/eu-central-1' } });

    await expect(cloudFormation.deploy(foreign)).rejects.toThrow(/Stack shop is for aws:\/\/999999999999/);
    await expect(cloudFormation.deploy('/nonexistent')).rejects.toThrow(/not a synthesised CDK app/);
  });
});
