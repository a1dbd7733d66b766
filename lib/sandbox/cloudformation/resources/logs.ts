import type { ResourceType } from '../resource-type.ts';

const logGroup: ResourceType = {
  type: 'AWS::Logs::LogGroup',
  honoured: ['LogGroupName', 'RetentionInDays'],
  withoutEffect: {
    KmsKeyId: 'logs are in memory',
    LogGroupClass: 'there is one class',
    Tags: 'nothing reads them',
  },
  async create({ properties, name, call, context }) {
    const logGroupName = name(properties.LogGroupName, { limit: 512 });
    await call('logs', 'CreateLogGroup', { logGroupName });
    const { RetentionInDays: retentionInDays } = properties;
    if (retentionInDays !== undefined)
      await call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
    const Arn = `arn:aws:logs:${context.region}:${context.account}:log-group:${logGroupName}:*`;
    return { id: logGroupName, attributes: { Arn } };
  },
};

const metricFilter: ResourceType = {
  type: 'AWS::Logs::MetricFilter',
  honoured: ['LogGroupName', 'FilterName', 'FilterPattern', 'MetricTransformations'],
  async create({ properties, name, call }) {
    const filterName = name(properties.FilterName);
    await call('logs', 'PutMetricFilter', {
      logGroupName: properties.LogGroupName,
      filterName,
      filterPattern: properties.FilterPattern,
      metricTransformations: properties.MetricTransformations.map((each: any) => {
        if (each.Dimensions) throw new Error('The sandbox’s metric filters have no dimensions');
        return {
          metricName: each.MetricName,
          metricNamespace: each.MetricNamespace,
          metricValue: each.MetricValue,
          unit: each.Unit,
        };
      }),
    });
    return { id: filterName };
  },
};

const subscriptionFilter: ResourceType = {
  type: 'AWS::Logs::SubscriptionFilter',
  honoured: ['LogGroupName', 'FilterName', 'FilterPattern', 'DestinationArn'],
  async create({ properties, name, call }) {
    const filterName = name(properties.FilterName);
    if (!/^arn:aws:lambda:/.test(properties.DestinationArn)) {
      throw new Error(`The sandbox sends log events to functions only, got ${properties.DestinationArn}`);
    }
    await call('logs', 'PutSubscriptionFilter', {
      logGroupName: properties.LogGroupName,
      filterName,
      filterPattern: properties.FilterPattern,
      destinationArn: properties.DestinationArn,
    });
    return { id: filterName };
  },
};

export default [logGroup, metricFilter, subscriptionFilter];
