import { pick, type ResourceType } from '../resource-type.ts';

const settings = [
  'GroupName',
  'Description',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'FlexibleTimeWindow',
  'State',
  'Target',
] as const;

const schedule: ResourceType = {
  type: 'AWS::Scheduler::Schedule',
  honoured: ['Name', 'StartDate', 'EndDate', ...settings],
  withoutEffect: { KmsKeyArn: 'schedules are in memory' },
  async create({ properties, name, call }) {
    const Name = name(properties.Name, { limit: 64 });
    const { ScheduleArn } = await call('scheduler', 'CreateSchedule', {
      ...pick(properties, settings),
      Name,
      ...(properties.StartDate && { StartDate: new Date(properties.StartDate) }),
      ...(properties.EndDate && { EndDate: new Date(properties.EndDate) }),
    });
    return { id: Name, attributes: { Arn: ScheduleArn } };
  },
};

const scheduleGroup: ResourceType = {
  type: 'AWS::Scheduler::ScheduleGroup',
  honoured: ['Name'],
  withoutEffect: { Tags: 'nothing reads them' },
  async create({ properties, name, call }) {
    const Name = name(properties.Name, { limit: 64 });
    const { ScheduleGroupArn } = await call('scheduler', 'CreateScheduleGroup', { Name });
    return { id: Name, attributes: { Arn: ScheduleGroupArn, State: 'ACTIVE' } };
  },
};

export default [schedule, scheduleGroup];
