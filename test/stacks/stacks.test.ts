import { beforeAll, describe, expect, test } from '@jest/globals';
import { areaShapes, areas } from '../../lib/infra/areas.ts';
import { ofType, type Statement, statementsByRole, synthesized, type Template } from './synthesized.ts';

let evidence: Template;
let rollback: Template;
let roles: Map<string, Statement[]>;

beforeAll(() => {
  ({ evidence, rollback } = synthesized());
  roles = statementsByRole(rollback);
}, 120_000);

const allows = (action: RegExp) =>
  [...roles].flatMap(([role, statements]) =>
    statements
      .filter(({ Effect, Action }) => Effect === 'Allow' && Action.some((each) => action.test(each)))
      .map((statement) => ({ role, statement })),
  );
const rolesThatMay = (action: RegExp) => [...new Set(allows(action).map(({ role }) => role))].sort();
const functions = () => ofType(rollback, 'AWS::Lambda::Function').map(([, properties]) => properties);
const area = (name: string) => `orders-rollback-${name}`;

test('the templates are as they were', () => {
  expect(masked(evidence)).toMatchSnapshot('evidence');
  expect(masked(rollback)).toMatchSnapshot('rollback');
});

describe('evidence', () => {
  test('is kept under COMPLIANCE, in versions', () => {
    const [[, bucket]] = ofType(evidence, 'AWS::S3::Bucket') as [[string, any]];
    expect(bucket.VersioningConfiguration.Status).toBe('Enabled');
    expect(bucket.ObjectLockConfiguration.Rule.DefaultRetention).toEqual({ Mode: 'COMPLIANCE', Days: 2555 });
  });

  test('can be written only where nothing is, and never deleted, by anybody', () => {
    const denied = bucketPolicy().filter(({ Effect }) => Effect === 'Deny');
    const deny = (action: string) => denied.filter(({ Action }) => Action.includes(action));
    expect(deny('s3:PutObject').map(({ Condition }) => Condition)).toEqual(
      expect.arrayContaining([
        { Null: { 's3:if-none-match': 'true' } },
        { Null: { 's3:object-lock-mode': 'false' } },
        { Null: { 's3:object-lock-retain-until-date': 'false' } },
        { Null: { 's3:object-lock-legal-hold': 'false' } },
      ]),
    );
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutLifecycleConfiguration']) {
      expect(deny(action).map(({ Condition }) => Condition ?? 'always')).toContain('always');
    }
  });

  test('no role may delete it, or change its retention', () => {
    expect(rolesThatMay(/^s3:(\*|Delete|PutObjectRetention|Bypass|PutBucket|PutLifecycle)/)).toEqual([]);
    const auditors = [...statementsByRole(evidence).values()].flat();
    expect(
      auditors.flatMap(({ Action }) => Action).filter((action) => !/:(Get|List|Describe)/.test(action)),
    ).toEqual([]);
  });

  test('each function writes below the cluster’s trail only', () => {
    for (const { role, statement } of allows(/^s3:PutObject$/)) {
      if (statement.Sid !== 'WriteTrail') continue;
      expect([role, statement.Resource]).toEqual([
        role,
        ['arn:aws:s3:::safe-rollback-evidence-111122223333-eu-central-1/trail/orders/*'],
      ]);
    }
  });

  test('each signing key is Ed25519 and stays when the stack goes', () => {
    const keys = Object.values(evidence.Resources).filter(({ Type }) => Type === 'AWS::KMS::Key') as any[];
    expect(keys).toHaveLength(5);
    for (const key of keys) {
      expect(key.Properties).toMatchObject({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
      expect(key.DeletionPolicy).toBe('Retain');
    }
  });

  function bucketPolicy(): any[] {
    const statements = ofType(evidence, 'AWS::S3::BucketPolicy')[0]![1].PolicyDocument.Statement;
    return statements.map((statement: any) => ({ ...statement, Action: [statement.Action].flat() }));
  }
});

describe('roles', () => {
  test('each function signs with its own duty’s key only', () => {
    const signers = allows(/^kms:(Sign|\*)/);
    expect(signers.map(({ role }) => role).sort()).toEqual(areas.map(area).sort());
    for (const { role, statement } of signers) {
      const { duty } = areaShapes[role.replace('orders-rollback-', '') as keyof typeof areaShapes];
      expect(statement.Resource.join()).toContain(`SigningKey${duty}`);
      expect(statement.Resource).toHaveLength(1);
    }
  });

  test('only restore makes instances, and only as candidates of this cluster', () => {
    expect(rolesThatMay(/^rds:(Restore|Create|\*)/)).toEqual([area('restore')]);
    const { statement } = allows(/^rds:Restore/)[0]!;
    expect(statement.Condition.StringEquals).toEqual({
      'aws:RequestTag/safe-rollback:role': 'candidate',
      'aws:RequestTag/safe-rollback:cluster': 'orders',
    });
  });

  test('only restore deletes instances, and only candidates of this cluster', () => {
    expect(rolesThatMay(/^rds:(Delete|\*)/)).toEqual([area('restore')]);
    const { statement } = allows(/^rds:Delete/)[0]!;
    expect(statement.Condition.StringEquals).toEqual({
      'aws:ResourceTag/safe-rollback:role': 'candidate',
      'aws:ResourceTag/safe-rollback:cluster': 'orders',
    });
  });

  test('only cutover changes names: the policy’s, as CNAMEs, in its zone', () => {
    expect(rolesThatMay(/^route53:(Change|\*)/)).toEqual([area('cutover')]);
    const { statement } = allows(/^route53:Change/)[0]!;
    expect(statement.Resource).toEqual(['arn:aws:route53:::hostedzone/Z0ORDERS0EXAMPLE0001']);
    expect(statement.Condition['ForAllValues:StringEquals']).toMatchObject({
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': [0, 1, 2, 3].map(
        (n) => `shard-${n}.orders.internal`,
      ),
      'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME'],
    });
  });

  test('only functions that speak SQL read logins; only database writes them', () => {
    expect(rolesThatMay(/^secretsmanager:GetSecretValue/)).toEqual(
      ['database', 'sentinel', 'validate'].map(area),
    );
    expect(rolesThatMay(/^secretsmanager:(Put|Update)/)).toEqual([area('database')]);
  });

  test('no statement allows every action of a service', () => {
    expect(rolesThatMay(/\*/)).toEqual([]);
  });
});

describe('functions', () => {
  test('are one per area, on Node 24, traced, with logs of their own', () => {
    expect(
      functions()
        .map(({ FunctionName }) => FunctionName)
        .sort(),
    ).toEqual(areas.map(area).sort());
    for (const fn of functions()) {
      expect(fn).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
      expect(fn.LoggingConfig).toMatchObject({ LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } });
    }
  });

  test('are in the network exactly where they speak SQL', () => {
    const inNetwork = functions().filter(({ VpcConfig }) => VpcConfig);
    expect(inNetwork.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      ['database', 'sentinel', 'validate'].map(area),
    );
  });

  test('end before the state that waits for them does', () => {
    const timeouts = new Map(areas.map((name) => [name, areaShapes[name].timeoutSeconds]));
    for (const [, machine] of ofType(rollback, 'AWS::StepFunctions::StateMachine')) {
      for (const [name, state] of statesOf(JSON.parse(machine.DefinitionString))) {
        const invoked = /\$\{(\w+)Function\}/.exec(JSON.stringify(state.Arguments ?? {}))?.[1];
        if (state.Type !== 'Task' || !invoked) continue;
        const timeout = timeouts.get(invoked.toLowerCase() as never)!;
        // A limit known only at run time, as of a wait for a person, is longer than any function's.
        if (typeof state.TimeoutSeconds === 'string') continue;
        expect([name, state.TimeoutSeconds > timeout]).toEqual([name, true]);
      }
    }
  });
});

describe('events', () => {
  test('every target has a dead-letter queue and a bound on its retries', () => {
    const rules = ofType(rollback, 'AWS::Events::Rule').flatMap(([, { Targets }]) => Targets);
    const schedules = ofType(rollback, 'AWS::Scheduler::Schedule').map(([, { Target }]) => Target);
    expect(rules.length + schedules.length).toBe(4);
    for (const target of [...rules, ...schedules]) {
      expect(target.DeadLetterConfig.Arn).toBeDefined();
      expect(target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(900);
    }
  });

  test('what a function fails on, asynchronously, is kept too', () => {
    const configs = ofType(rollback, 'AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(2);
    for (const [, { DestinationConfig }] of configs)
      expect(DestinationConfig.OnFailure.Destination).toBeDefined();
  });

  test('a run is started by the composite alarm, which suppresses nothing', () => {
    const [[id, composite]] = ofType(rollback, 'AWS::CloudWatch::CompositeAlarm') as [[string, any]];
    expect(composite.ActionsSuppressor).toBeUndefined();
    const patterns = ofType(rollback, 'AWS::Events::Rule').map(([, { EventPattern }]) => EventPattern);
    expect(patterns).toContainEqual({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      resources: [{ 'Fn::GetAtt': [id, 'Arn'] }],
      detail: { state: { value: ['ALARM'] } },
    });
  });

  test('an execution that ends otherwise than by its last state is noticed', () => {
    const patterns = ofType(rollback, 'AWS::Events::Rule').map(([, { EventPattern }]) => EventPattern);
    const ended = patterns.find((pattern) => pattern.source[0] === 'aws.states');
    expect(ended.detail).toEqual({
      stateMachineArn: ['arn:aws:states:eu-central-1:111122223333:stateMachine:orders-rollback'],
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
    });
  });
});

describe('clones', () => {
  test('are reached by functions and operators only, and reach nothing', () => {
    for (const name of ['quarantine', 'fenced']) {
      const [[id, group]] = ofType(rollback, 'AWS::EC2::SecurityGroup').filter(
        ([, { GroupName }]) => GroupName === `orders-rollback-${name}`,
      ) as [[string, any]];
      expect(group.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
      expect(group.SecurityGroupIngress.map(({ CidrIp }: any) => CidrIp)).toEqual(['127.0.0.1/32']);
      const further = ofType(rollback, 'AWS::EC2::SecurityGroupIngress').filter(
        ([, { GroupId }]) => GroupId['Fn::GetAtt']?.[0] === id,
      );
      expect(further).toHaveLength(1);
      expect(JSON.stringify(further[0]![1].SourceSecurityGroupId)).toContain('NetworkFunctions');
    }
  });

  test('start without scheduled jobs and without subscriptions', () => {
    const [[, { Parameters }]] = ofType(rollback, 'AWS::RDS::DBParameterGroup') as [[string, any]];
    expect(Parameters.shared_preload_libraries).not.toContain('pg_cron');
    expect(Parameters.max_logical_replication_workers).toBe('0');
  });
});

test('machines log everything and are traced', () => {
  const machines = ofType(rollback, 'AWS::StepFunctions::StateMachine');
  expect(machines.map(([, { StateMachineName }]) => StateMachineName).sort()).toEqual([
    'orders-recover',
    'orders-rollback',
    'orders-shard-restore',
  ]);
  for (const [, machine] of machines) {
    expect(machine.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: true });
    expect(machine.TracingConfiguration).toEqual({ Enabled: true });
  }
});

function* statesOf(machine: any): Generator<[string, any]> {
  for (const [name, state] of Object.entries<any>(machine.States)) {
    yield [name, state];
    for (const branch of state.Branches ?? []) yield* statesOf(branch);
    if (state.ItemProcessor) yield* statesOf(state.ItemProcessor);
  }
}

/** Without what changes with each edit of a function or a machine: hashes, and the definitions themselves. */
function masked(template: Template): unknown {
  return JSON.parse(JSON.stringify(template), (key, value) => {
    if (key === 'DefinitionString') return '(definition)';
    return typeof value === 'string' ? value.replace(/[0-9a-f]{64}/g, '(sha256)') : value;
  });
}
