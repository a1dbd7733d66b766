import { type AccountView, arnOf, type NeedsOf } from './need.ts';

type ResourceOf = (input: any, view: AccountView) => string | Promise<string>;

/** A service whose requests need one action on one resource each. */
interface ResourceTable {
  /** Of its actions in policies. */
  prefix: string;
  /** Operations whose action has another name. */
  actions?: Record<string, string>;
  /** By operation; one that is not here is about `*`, which only a statement on `*` allows. */
  resources: Record<string, ResourceOf>;
  keys?: (input: any) => Record<string, string | undefined>;
}

const member =
  (name: string): ResourceOf =>
  (input) =>
    input[name] ?? '*';

const each = (operations: string[], resourceOf: ResourceOf): Record<string, ResourceOf> =>
  Object.fromEntries(operations.map((operation) => [operation, resourceOf]));

const functionArn: ResourceOf = ({ FunctionName: name }, view) => {
  if (name === undefined) return '*';
  return name.startsWith('arn:') ? name : arnOf(view, 'lambda', `function:${name.split(':').at(-1)}`);
};

/** A secret that is not there has no ARN: the name alone matches no pattern that ends in six characters. */
const secretArn: ResourceOf = async ({ SecretId }, view) => {
  const found = await view.look('secretsmanager', 'DescribeSecret', { SecretId });
  if (found) return found.ARN;
  return SecretId.startsWith('arn:') ? SecretId : arnOf(view, 'secretsmanager', `secret:${SecretId}`);
};

const queueArn: ResourceOf = ({ QueueUrl, QueueName }, view) =>
  arnOf(view, 'sqs', QueueName ?? String(QueueUrl).split('/').at(-1));

const logStreamArn: ResourceOf = ({ logGroupName = '', logStreamName = '' }, view) =>
  arnOf(view, 'logs', `log-group:${logGroupName}:log-stream:${logStreamName}`);

const ruleArn: ResourceOf = ({ Name, Rule }, view) => arnOf(view, 'events', `rule/${Name ?? Rule}`);

const scheduleArn: ResourceOf = ({ GroupName = 'default', Name }, view) =>
  arnOf(view, 'scheduler', `schedule/${GroupName}/${Name}`);

const tables: Record<string, ResourceTable> = {
  states: {
    prefix: 'states',
    resources: {
      ...each(
        [
          'StartExecution',
          'DescribeStateMachine',
          'UpdateStateMachine',
          'DeleteStateMachine',
          'ListExecutions',
        ],
        member('stateMachineArn'),
      ),
      ...each(
        ['DescribeExecution', 'GetExecutionHistory', 'StopExecution', 'RedriveExecution', 'ListMapRuns'],
        member('executionArn'),
      ),
      DescribeMapRun: member('mapRunArn'),
    },
  },
  lambda: {
    prefix: 'lambda',
    actions: { Invoke: 'InvokeFunction' },
    resources: each(
      [
        'Invoke',
        'GetFunction',
        'GetFunctionConfiguration',
        'GetPolicy',
        'AddPermission',
        'PutFunctionConcurrency',
        'PutFunctionEventInvokeConfig',
      ],
      functionArn,
    ),
  },
  secretsmanager: {
    prefix: 'secretsmanager',
    resources: each(
      [
        'GetSecretValue',
        'PutSecretValue',
        'UpdateSecret',
        'UpdateSecretVersionStage',
        'DescribeSecret',
        'ListSecretVersionIds',
        'DeleteSecret',
        'RestoreSecret',
        'TagResource',
        'UntagResource',
      ],
      secretArn,
    ),
  },
  sns: {
    prefix: 'sns',
    resources: each(
      [
        'Publish',
        'Subscribe',
        'GetTopicAttributes',
        'SetTopicAttributes',
        'DeleteTopic',
        'ListSubscriptionsByTopic',
      ],
      member('TopicArn'),
    ),
  },
  sqs: {
    prefix: 'sqs',
    resources: each(
      [
        'CreateQueue',
        'DeleteMessage',
        'DeleteQueue',
        'GetQueueAttributes',
        'GetQueueUrl',
        'PurgeQueue',
        'ReceiveMessage',
        'SendMessage',
        'SetQueueAttributes',
      ],
      queueArn,
    ),
  },
  logs: {
    prefix: 'logs',
    resources: each(
      [
        'CreateLogGroup',
        'CreateLogStream',
        'DeleteLogGroup',
        'DescribeLogStreams',
        'FilterLogEvents',
        'GetLogEvents',
        'PutLogEvents',
        'PutMetricFilter',
        'PutRetentionPolicy',
        'PutSubscriptionFilter',
      ],
      logStreamArn,
    ),
  },
  events: {
    prefix: 'events',
    resources: {
      ...each(
        [
          'PutRule',
          'DescribeRule',
          'DeleteRule',
          'EnableRule',
          'DisableRule',
          'PutTargets',
          'RemoveTargets',
          'ListTargetsByRule',
        ],
        ruleArn,
      ),
      PutEvents: (_input, view) => arnOf(view, 'events', 'event-bus/default'),
    },
  },
  scheduler: {
    prefix: 'scheduler',
    resources: each(['CreateSchedule', 'UpdateSchedule', 'GetSchedule', 'DeleteSchedule'], scheduleArn),
  },
  monitoring: {
    prefix: 'cloudwatch',
    resources: {},
    keys: ({ Namespace }) => ({ 'cloudwatch:namespace': Namespace }),
  },
  ec2: { prefix: 'ec2', resources: {} },
  servicequotas: { prefix: 'servicequotas', resources: {} },
  cloudformation: { prefix: 'cloudformation', resources: {} },
  iam: { prefix: 'iam', resources: {} },
  sts: { prefix: 'sts', resources: { AssumeRole: member('RoleArn') } },
};

/** One action on one resource, by the tables above. */
export const tableNeeds: Record<string, NeedsOf> = Object.fromEntries(
  Object.entries(tables).map(([service, { prefix, actions, resources, keys }]) => [
    service,
    async (operation, input, view) => [
      {
        action: `${prefix}:${actions?.[operation] ?? operation}`,
        resource: (await resources[operation]?.(input, view)) ?? '*',
        keys: keys?.(input),
      },
    ],
  ]),
);
