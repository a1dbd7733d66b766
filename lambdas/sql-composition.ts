import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSettings, s3Settings } from '../lib/adapters/aws/clients.ts';
import { clusterLock } from '../lib/adapters/aws/cluster-lock.ts';
import { s3ControlStore } from '../lib/adapters/aws/control-store.ts';
import { readPolicy } from '../lib/adapters/aws/policy-file.ts';
import { runDocuments } from '../lib/adapters/aws/run-documents.ts';
import { secretLogins } from '../lib/adapters/aws/secrets.ts';
import { awsTrail } from '../lib/adapters/aws/trail/trail.ts';
import { Databases } from './databases.ts';
import { parseEnvironment } from './environment.ts';

/** What the functions that speak SQL are made of: environment → clients → ports. */
export async function composeSql(area: string) {
  const environment = parseEnvironment(process.env);
  const s3 = new S3Client(s3Settings);
  const store = s3ControlStore(s3, environment.CONTROL_BUCKET);
  const documents = runDocuments(store);
  const logins = secretLogins(new SecretsManagerClient(clientSettings));
  const policy = await readPolicy(s3, environment);
  return {
    policy,
    documents,
    logins,
    databases: new Databases({ policy, documents, logins, applicationName: `safe-rollback ${area}` }),
    trail: awsTrail(environment, { s3, kms: new KMSClient(clientSettings) }),
    lock: clusterLock(store),
  };
}
