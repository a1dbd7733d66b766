import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './wildcards.ts';

const directory = resolve(import.meta.dirname, '../../statemachines');

/** `rollback`, `shard-restore`, `recover`: one per file of `statemachines/`. */
export function definitions(): { name: string; text: string }[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.asl.json'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.asl.json'.length),
      text: readFileSync(join(directory, file), 'utf8'),
    }));
}

export interface MachineProps {
  machineName: string;
  machineArn: string;
  /** Amazon States Language, JSONata, with placeholders `${…}`. */
  definition: string;
  /** Placeholder → value; each placeholder of the definition must be here. */
  substitutions: Record<string, string>;
  functionArns: string[];
  /** Machines that it runs synchronously. */
  childMachineArns: string[];
  controlBucketArn: string;
  /** Where Step Functions keeps the rule by which it learns of a child's end. */
  endOfExecutionRuleArn: string;
}

/** A state machine as its file has it, with a role that may do what the states need and no more. */
export class Machine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: MachineProps) {
    super(scope, id);
    const statements = grants(props);
    const role = new Role(this, 'Role', {
      roleName: props.machineName,
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: { states: new PolicyDocument({ statements }) },
    });
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: props.machineName,
      definitionBody: DefinitionBody.fromString(props.definition),
      definitionSubstitutions: used(props.definition, props.substitutions),
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${props.machineName}`,
          retention: RetentionDays.ONE_YEAR,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
    });
    // The role's policy must be there before the service checks that it can log.
    this.machine.node.addDependency(role);
    acknowledgeWildcards(role, statements);
  }
}

/** Only what the definition names, so that a machine does not depend on functions that it never calls. */
function used(definition: string, substitutions: Record<string, string>): Record<string, string> {
  const names = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]!));
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const value = substitutions[name];
      if (value === undefined) {
        const known = Object.keys(substitutions).join(', ');
        throw new Error(`The definition has the placeholder \${${name}}; known are: ${known}`);
      }
      return [name, value];
    }),
  );
}

function grants(props: MachineProps): PolicyStatement[] {
  const machineArns = [props.machineArn, ...props.childMachineArns];
  const executions = machineArns.map((arn) => arn.replace(':stateMachine:', ':execution:'));
  return [
    new PolicyStatement({
      sid: 'InvokeFunctions',
      actions: ['lambda:InvokeFunction'],
      resources: props.functionArns,
    }),
    // A Distributed Map starts its children as executions of the machine itself.
    new PolicyStatement({ sid: 'StartChildren', actions: ['states:StartExecution'], resources: machineArns }),
    new PolicyStatement({
      sid: 'FollowChildren',
      actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      resources: executions.flatMap((arn) => [`${arn}:*`, `${arn}/*`]),
    }),
    new PolicyStatement({
      sid: 'LearnOfChildrensEnd',
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [props.endOfExecutionRuleArn],
    }),
    new PolicyStatement({
      sid: 'ReadItems',
      actions: ['s3:GetObject'],
      resources: [`${props.controlBucketArn}/runs/*`],
    }),
    new PolicyStatement({
      sid: 'DeliverLogs',
      actions: [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'Trace',
      actions: [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'FindItems',
      actions: ['s3:ListBucket'],
      resources: [props.controlBucketArn],
    }),
  ];
}
