import type { CreateDBInstanceMessage, CreateDBInstanceResult } from '@aws-sdk/client-rds';
import { describeInstance } from '../describe.ts';
import { invalidCombination, invalidValue } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import {
  availabilityZone,
  fittingParameterGroup,
  freeIdentifier,
  knownSecurityGroups,
  mergeTags,
  refuseBeyondQuota,
  refuseUnusableKey,
} from '../requests.ts';
import { defaultSettings, refuseUnsupported, requestedSettings } from '../settings.ts';
import type { FleetOperation } from './operation.ts';

const reservedNames = ['admin', 'postgres', 'rdsadmin', 'rds_superuser', 'rds_password', 'rds_iam', 'public'];

async function createInstance(fleet: Fleet, input: CreateDBInstanceMessage): Promise<CreateDBInstanceResult> {
  refuseUnsupported('CreateDBInstance', { ...input });
  const identifier = freeIdentifier(fleet, input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  const { version } = fleet.home.binaries;
  if (input.Engine !== 'postgres')
    throw invalidValue(`Invalid DB engine: ${input.Engine}. The sandbox has postgres.`);
  if (input.EngineVersion && ![version, version.split('.')[0]].includes(input.EngineVersion)) {
    throw invalidCombination(
      `Cannot find version ${input.EngineVersion} for postgres. The sandbox has ${version}.`,
    );
  }
  if (!input.DBInstanceClass) throw invalidCombination('A DBInstanceClass must be given.');
  const { username, password } = masterOf(input);
  const requested = requestedSettings({ ...input });
  const subnetGroup = fleet.subnetGroups.get(input.DBSubnetGroupName ?? 'default').name;
  const parameterGroup = fittingParameterGroup(fleet, input.DBParameterGroupName);
  const securityGroupIds = knownSecurityGroups(fleet, input.VpcSecurityGroupIds);
  const zone = availabilityZone(fleet, subnetGroup, requested.AvailabilityZone);
  const settings = {
    ...defaultSettings(zone),
    AllocatedStorage: 20,
    BackupRetentionPeriod: 1,
    StorageEncrypted: false,
    ...requested,
    EngineVersion: version,
    DBName: input.DBName,
    MasterUsername: username,
  };
  await refuseUnusableKey(fleet, settings);
  // No await between these checks and the new instance: two requests at once must not both pass.
  freeIdentifier(fleet, identifier, 'DBInstanceIdentifier');
  refuseBeyondQuota(fleet, settings.AllocatedStorage);
  const tags = mergeTags(input.Tags as { Key: string; Value: string }[]);
  const instance = fleet.add({ identifier, settings, securityGroupIds, parameterGroup, subnetGroup, tags });
  fleet.inBackground(instance, 'failed', async () => {
    await instance.database.create({
      masterUsername: username,
      masterPassword: password,
      databaseName: input.DBName,
      parameters: fleet.parameterGroups.values(parameterGroup),
    });
    instance.timings.recoveredAt = fleet.context.clock.now();
    fleet.events.record(instance, 'creation', 'DB instance created');
    await fleet.finish(instance);
  });
  return { DBInstance: describeInstance(fleet, instance) };
}

function masterOf(input: CreateDBInstanceMessage): { username: string; password: string } {
  const { MasterUsername: username, MasterUserPassword: password } = input;
  if (!username || !password)
    throw invalidCombination('MasterUsername and MasterUserPassword must be given.');
  if (!/^[a-z][a-z0-9_]{0,62}$/i.test(username) || /^(pg_|rds)/i.test(username)) {
    throw invalidValue(`MasterUsername ${username} is not a valid name`);
  }
  if (reservedNames.includes(username.toLowerCase()) && username !== 'postgres') {
    throw invalidValue(
      `MasterUsername ${username} cannot be used as it is a reserved word used by the engine`,
    );
  }
  if (password.length < 8 || /[/@" ]/.test(password)) {
    throw invalidValue(
      "The parameter MasterUserPassword is not a valid password. At least 8 printable ASCII characters other than '/', '@', '\"' and ' ' are expected.",
    );
  }
  return { username, password };
}

export const createOperations: Record<string, FleetOperation> = { CreateDBInstance: createInstance };
