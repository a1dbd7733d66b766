import type { DeleteDBInstanceMessage, DeleteDBInstanceResult } from '@aws-sdk/client-rds';
import { ServiceError } from '../../contract.ts';
import { describeInstance } from '../describe.ts';
import { invalidCombination, invalidState } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { FleetOperation } from './operation.ts';

async function deleteInstance(fleet: Fleet, input: DeleteDBInstanceMessage): Promise<DeleteDBInstanceResult> {
  const instance = fleet.get(input.DBInstanceIdentifier);
  if (instance.settings.DeletionProtection) {
    throw invalidCombination(
      'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    );
  }
  if (instance.status === 'deleting') throw invalidState(instance.identifier, 'is already being deleted.');
  if (!input.SkipFinalSnapshot) {
    if (!input.FinalDBSnapshotIdentifier) {
      throw invalidCombination(
        'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
      );
    }
    throw new ServiceError('NotImplemented', 'The sandbox has no snapshots: set SkipFinalSnapshot.', {
      status: 501,
    });
  }
  const keepBackups =
    input.DeleteAutomatedBackups === false && instance.database.latestRestorableTime !== undefined;
  instance.status = 'deleting';
  const answer = describeInstance(fleet, instance);
  fleet.inBackground(instance, 'failed', async () => {
    await fleet.remove(instance, keepBackups);
    fleet.events.record(instance, 'deletion', 'DB instance deleted');
  });
  return { DBInstance: answer };
}

const deleteAutomatedBackup: FleetOperation = async (fleet, input) => {
  const retained = fleet.retained.get(input.DbiResourceId);
  if (!retained) {
    throw new ServiceError(
      'DBInstanceAutomatedBackupNotFound',
      `No retained automated backup of ${input.DbiResourceId} was found.`,
      { status: 404 },
    );
  }
  fleet.retained.delete(retained.resourceId);
  await retained.database.remove(false);
  return { DBInstanceAutomatedBackup: { DbiResourceId: retained.resourceId, Status: 'deleted' } };
};

export const deleteOperations: Record<string, FleetOperation> = {
  DeleteDBInstance: deleteInstance,
  DeleteDBInstanceAutomatedBackup: deleteAutomatedBackup,
};
