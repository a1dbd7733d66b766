import { pick, type ResourceType } from '../resource-type.ts';

/** ModifyDBParameterGroup takes no more than this many parameters at once. */
const parametersPerCall = 20;

const parameterGroup: ResourceType = {
  type: 'AWS::RDS::DBParameterGroup',
  honoured: ['DBParameterGroupName', 'Family', 'Description', 'Parameters', 'Tags'],
  async create({ properties, name, call }) {
    const DBParameterGroupName = name(properties.DBParameterGroupName, { lowercase: true });
    await call('rds', 'CreateDBParameterGroup', {
      ...pick(properties, ['Description', 'Tags']),
      DBParameterGroupName,
      DBParameterGroupFamily: properties.Family,
    });
    const parameters = Object.entries(properties.Parameters ?? {}).map(([ParameterName, value]) => ({
      ParameterName,
      ParameterValue: String(value),
      ApplyMethod: 'pending-reboot',
    }));
    for (let at = 0; at < parameters.length; at += parametersPerCall) {
      const Parameters = parameters.slice(at, at + parametersPerCall);
      await call('rds', 'ModifyDBParameterGroup', { DBParameterGroupName, Parameters });
    }
    return { id: DBParameterGroupName, attributes: { DBParameterGroupName } };
  },
};

const subnetGroup: ResourceType = {
  type: 'AWS::RDS::DBSubnetGroup',
  honoured: ['DBSubnetGroupName', 'DBSubnetGroupDescription', 'SubnetIds', 'Tags'],
  async create({ properties, name, call }) {
    const DBSubnetGroupName = name(properties.DBSubnetGroupName, { lowercase: true });
    await call('rds', 'CreateDBSubnetGroup', {
      ...pick(properties, ['DBSubnetGroupDescription', 'SubnetIds', 'Tags']),
      DBSubnetGroupName,
    });
    return { id: DBSubnetGroupName };
  },
};

export default [parameterGroup, subnetGroup];
