import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { Alarms } from './alarms.ts';
import { AreaFunctions } from './area-functions.ts';
import { areas } from './areas.ts';
import { controlBucket } from './control-bucket.ts';
import { dashboard } from './dashboard.ts';
import type { Evidence } from './evidence.ts';
import { definitions, Machine } from './machines.ts';
import { Network } from './network.ts';
import type { Policy } from './policy.ts';
import { PolicyAsset } from './policy-asset.ts';
import { quarantineParameterGroup } from './quarantine-parameters.ts';
import { Triggers } from './triggers.ts';

export interface RollbackStackProps extends StackProps {
  policy: Policy;
  evidence: Evidence;
  /** Of the clones' quarantine parameter group; the cluster's own major version. Default `postgres18`. */
  parameterGroupFamily?: string;
}

/** Everything that rolls one cluster back. */
export class RollbackStack extends Stack {
  private readonly cluster: string;

  constructor(scope: Construct, id: string, props: RollbackStackProps) {
    super(scope, id, props);
    const { policy, evidence } = props;
    this.cluster = policy.cluster;
    const bucket = controlBucket(this, `${this.cluster}-rollback-control-${this.account}-${this.region}`);
    const topic = this.topic();
    const deadLetters = this.deadLetters();
    const policyAsset = new PolicyAsset(this, 'Policy', policy);
    const network = new Network(this, 'Network', policy);
    const quarantine = quarantineParameterGroup(
      this,
      this.cluster,
      props.parameterGroupFamily ?? 'postgres18',
    );
    const rollbackMachineArn = this.machineArn('rollback');
    const alarms = new Alarms(this, 'Alarms', { cluster: this.cluster, topic, deadLetters });
    const functions = new AreaFunctions(this, 'Functions', {
      scope: {
        policy,
        partition: this.partition,
        account: this.account,
        region: this.region,
        controlBucketArn: bucket.bucketArn,
        evidenceBucketArn: evidence.bucketArn,
        topicArn: topic.topicArn,
        rollbackMachineArn,
        recoverMachineArn: this.machineArn('recover'),
        quarantineParameterGroup: quarantine.ref,
      },
      policyAsset,
      evidence,
      network,
      controlBucketName: bucket.bucketName,
      compositeAlarmName: alarms.rollbackNeeded.alarmName,
    }).byArea;
    this.machines(functions, bucket);
    new Triggers(this, 'Triggers', {
      cluster: this.cluster,
      trigger: functions.trigger,
      sentinel: functions.sentinel,
      rollbackNeeded: alarms.rollbackNeeded,
      rollbackMachineArn,
      deadLetters,
    });
    dashboard(this, this.cluster, alarms);
    this.outputs({
      Cluster: this.cluster,
      RollbackMachineArn: rollbackMachineArn,
      ShardRestoreMachineArn: this.machineArn('shard-restore'),
      RecoverMachineArn: this.machineArn('recover'),
      TopicArn: topic.topicArn,
      ControlBucketName: bucket.bucketName,
      EvidenceBucketName: evidence.bucketName,
      EvidenceOrigin: evidence.origin,
      CompositeAlarmName: alarms.rollbackNeeded.alarmName,
      DeadLetterQueueUrl: deadLetters.queueUrl,
      PolicyUri: policyAsset.uri,
      PolicySha256: policyAsset.sha256,
    });
  }

  private topic(): Topic {
    const topic = new Topic(this, 'Topic', {
      topicName: `${this.cluster}-rollback`,
      displayName: `Rollback of ${this.cluster}`,
      enforceSSL: true,
    });
    acknowledge(topic, {
      'AwsSolutions-SNS2':
        'Messages name clusters, shards and runs, never data; alarms cannot publish to a topic under the key of SNS itself.',
    });
    return topic;
  }

  private deadLetters(): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      queueName: `${this.cluster}-rollback-dead-letters`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, { 'AwsSolutions-SQS3': 'This is itself the dead-letter queue.' });
    return queue;
  }

  private machines(functions: AreaFunctions['byArea'], bucket: Bucket): void {
    const arnsOfFunctions = Object.fromEntries(
      areas.map((area) => [`${capitalized(area)}Function`, functions[area].functionArn]),
    );
    const children: Record<string, string[]> = { rollback: ['shard-restore', 'recover'] };
    for (const { name, text } of definitions()) {
      new Machine(this, `Machine-${name}`, {
        machineName: `${this.cluster}-${name}`,
        machineArn: this.machineArn(name),
        definition: text,
        substitutions: {
          ...arnsOfFunctions,
          ShardRestoreMachine: this.machineArn('shard-restore'),
          RecoverMachine: this.machineArn('recover'),
          ControlBucket: bucket.bucketName,
          Cluster: this.cluster,
        },
        functionArns: areas
          .filter((area) => text.includes(`\${${capitalized(area)}Function}`))
          .map((area) => functions[area].functionArn),
        childMachineArns: (children[name] ?? []).map((child) => this.machineArn(child)),
        controlBucketArn: bucket.bucketArn,
        endOfExecutionRuleArn: this.formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
        }),
      });
    }
  }

  /** Known before the machine is: functions and machines name each other. */
  private machineArn(name: string): string {
    return this.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: `${this.cluster}-${name}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  private outputs(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

function capitalized(area: string): string {
  return `${area.charAt(0).toUpperCase()}${area.slice(1)}`;
}
