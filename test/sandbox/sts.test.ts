import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import { ServiceQuotasService } from '../../lib/sandbox/servicequotas/service.ts';
import { StsService } from '../../lib/sandbox/sts/service.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';

const account = '111122223333';
const context = new ServiceDirectory({
  account,
  region: 'eu-central-1',
  clock: scaledClock(1),
  directory: '/nonexistent',
  log: () => {},
});
const quota = { service: 'rds', code: 'L-7B6409FD', name: 'DB instances', defaultValue: 40, value: 12 };
const endpoint = new Endpoint(
  [context.register(new StsService(context)), context.register(new ServiceQuotasService(context, [quota]))],
  context,
);
let options: any;

beforeAll(async () => {
  const { url } = await endpoint.listen();
  options = {
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'x' },
  };
});
afterAll(() => endpoint.close());

test('whoever assumes a role is that role’s session', async () => {
  const RoleArn = `arn:aws:iam::${account}:role/path/operator`;

  const owner = await new STSClient(options).send(new GetCallerIdentityCommand({}));
  const { Credentials } = await new STSClient(options).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'alice' }),
  );
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  const assumed = await new STSClient({ ...options, credentials }).send(new GetCallerIdentityCommand({}));

  expect(owner.Arn).toBe(`arn:aws:iam::${account}:root`);
  expect(assumed.Arn).toBe(`arn:aws:sts::${account}:assumed-role/operator/alice`);
});

test('a role of another account is refused', async () => {
  const RoleArn = 'arn:aws:iam::999999999999:role/r';

  await expect(
    new STSClient(options).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'alice' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a quota has the value that the account was given; an unknown one is named', async () => {
  const client = new ServiceQuotasClient(options);
  const get = (QuotaCode: string) =>
    client.send(new GetServiceQuotaCommand({ ServiceCode: 'rds', QuotaCode }));

  expect((await get(quota.code)).Quota?.Value).toBe(12);
  await expect(get('L-0')).rejects.toMatchObject({ name: 'NoSuchResourceException' });
});
