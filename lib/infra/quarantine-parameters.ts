import { CfnDBParameterGroup } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';

/**
 * Parameters under which a clone starts. Background workers start before any SQL can stop them, so that
 * jobs and subscriptions which the clone inherits must be off in the restore call itself.
 */
export function quarantineParameterGroup(
  scope: Construct,
  cluster: string,
  family: string,
): CfnDBParameterGroup {
  return new CfnDBParameterGroup(scope, 'QuarantineParameters', {
    dbParameterGroupName: `${cluster}-rollback-quarantine`,
    family,
    description: 'Clones that are not live yet: no scheduled jobs and no subscriptions',
    parameters: {
      // Without pg_cron.
      shared_preload_libraries: 'pg_stat_statements',
      max_logical_replication_workers: '0',
      max_sync_workers_per_subscription: '0',
      // What the source recorded stays readable: lost transactions are told by their commit times.
      track_commit_timestamp: '1',
      // A clone with prepared transactions must start, so that validation can name them.
      max_prepared_transactions: '100',
    },
  });
}
