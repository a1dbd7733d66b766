import { pick, type ResourceType } from '../resource-type.ts';

const rule: ResourceType = {
  type: 'AWS::Events::Rule',
  honoured: ['Name', 'Description', 'EventPattern', 'ScheduleExpression', 'State', 'Targets', 'EventBusName'],
  withoutEffect: { RoleArn: 'rules act as the account’s owner', Tags: 'nothing reads them' },
  async create({ properties, name, call }) {
    const Name = name(properties.Name, { limit: 64 });
    const { RuleArn } = await call('events', 'PutRule', {
      ...pick(properties, ['Description', 'ScheduleExpression', 'State', 'EventBusName']),
      Name,
      ...(properties.EventPattern && { EventPattern: JSON.stringify(properties.EventPattern) }),
    });
    if (properties.Targets?.length > 0) {
      const answer = await call('events', 'PutTargets', {
        Rule: Name,
        Targets: properties.Targets,
        ...pick(properties, ['EventBusName']),
      });
      if (answer.FailedEntryCount > 0) throw new Error(JSON.stringify(answer.FailedEntries));
    }
    return { id: Name, attributes: { Arn: RuleArn } };
  },
};

export default [rule];
