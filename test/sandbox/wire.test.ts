import { get } from 'node:http';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeSecurityGroupsCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DBInstanceNotFoundFault,
  DescribeDBInstancesCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import { ChangeResourceRecordSetsCommand, GetChangeCommand, Route53Client } from '@aws-sdk/client-route-53';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { QueueDoesNotExist, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type CallContext, type Operation, type Service, ServiceError } from '../../lib/sandbox/contract.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';

/** Remembers what each operation was given and answers what the test says. */
class FakeService implements Service {
  readonly name: string;
  readonly operations: Record<string, Operation>;
  readonly calls: { input: any; context: CallContext }[] = [];

  constructor(name: string, answers: Record<string, (input: any) => unknown>) {
    this.name = name;
    this.operations = Object.fromEntries(
      Object.entries(answers).map(([operation, answer]) => [
        operation,
        async (input: any, context: CallContext) => {
          this.calls.push({ input, context });
          return answer(input);
        },
      ]),
    );
  }

  get lastInput(): any {
    return this.calls.at(-1)?.input;
  }
}

const instant = new Date('2026-11-22T10:00:00.000Z');
const log: string[] = [];

const rds = new FakeService('rds', {
  DescribeDBInstances: (input) => {
    if (input.DBInstanceIdentifier === 'absent') {
      throw new ServiceError('DBInstanceNotFound', 'DBInstance absent not found.', { status: 404 });
    }
    return {
      DBInstances: [
        {
          DBInstanceIdentifier: 'a<b&c',
          LatestRestorableTime: instant,
          AllocatedStorage: 20,
          VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1', Status: 'active' }],
          TagList: [{ Key: 'k', Value: 'v' }],
        },
      ],
    };
  },
  RestoreDBInstanceToPointInTime: () => ({ DBInstance: { DBInstanceStatus: 'creating' } }),
});
const kms = new FakeService('kms', { Sign: () => ({ Signature: new Uint8Array([1, 2, 255]) }) });
const lambda = new FakeService('lambda', {
  Invoke: () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from('{"a":1}') }),
});
const route53 = new FakeService('route53', {
  ChangeResourceRecordSets: () => ({
    ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: instant },
  }),
  GetChange: () => {
    throw new ServiceError('NoSuchChange', 'no such change', { status: 404 });
  },
});
const s3 = new FakeService('s3', {
  PutObject: () => ({ ETag: '"e"', VersionId: 'v1' }),
  GetObject: () => ({ Body: Buffer.from('body'), ETag: '"e"', LastModified: instant, Metadata: { a: 'b' } }),
});
const states = new FakeService('states', {
  StartExecution: () => {
    throw new Error('a bug');
  },
});
const sqs = new FakeService('sqs', {
  SendMessage: () => {
    throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
  },
});
const ec2 = new FakeService('ec2', {
  DescribeSecurityGroups: () => ({
    SecurityGroups: [
      { GroupId: 'sg-1', IpPermissions: [{ FromPort: 5432, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }] },
    ],
  }),
});
const monitoring = new FakeService('monitoring', { PutMetricData: () => ({}) });

const endpoint = new Endpoint([rds, kms, lambda, route53, s3, states, sqs, ec2, monitoring], {
  principalOf: (accessKeyId) => ({ arn: `arn:aws:iam::111122223333:user/${accessKeyId}` }),
  log: (line) => log.push(line),
});
let url: string;
let options: any;

/** A GET whose Host header is not the address; answers the status. */
function getAs(host: string, path: string): Promise<number | undefined> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=A/20261122/eu-central-1/s3/aws4_request, Signature=0';
  return new Promise((resolve, reject) => {
    get(`${url}${path}`, { headers: { host, authorization } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

beforeAll(async () => {
  ({ url } = await endpoint.listen());
  options = {
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
});
afterEach(() => {
  log.length = 0;
});
afterAll(() => endpoint.close());

describe('query', () => {
  test('carries dates, lists, numbers and XML-special characters both ways', async () => {
    const client = new RDSClient(options);

    const input = { Filters: [{ Name: 'db-instance-id', Values: ['x', 'y'] }], MaxRecords: 20 };
    const { DBInstances } = await client.send(new DescribeDBInstancesCommand(input));
    await client.send(
      new RestoreDBInstanceToPointInTimeCommand({
        TargetDBInstanceIdentifier: 'clone',
        RestoreTime: instant,
        MultiAZ: true,
        VpcSecurityGroupIds: ['sg-1', 'sg-2'],
        Tags: [{ Key: 'k', Value: 'a b&c=d' }],
      }),
    );

    expect(rds.calls[0]?.input).toEqual(input);
    expect(DBInstances?.[0]).toMatchObject({
      DBInstanceIdentifier: 'a<b&c',
      LatestRestorableTime: instant,
      AllocatedStorage: 20,
      VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1' }],
      TagList: [{ Key: 'k', Value: 'v' }],
    });
    expect(rds.lastInput).toEqual({
      TargetDBInstanceIdentifier: 'clone',
      RestoreTime: instant,
      MultiAZ: true,
      VpcSecurityGroupIds: ['sg-1', 'sg-2'],
      Tags: [{ Key: 'k', Value: 'a b&c=d' }],
    });
  });

  test('an error is the class that the client models', async () => {
    const answer = new RDSClient(options).send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'absent' }),
    );

    await expect(answer).rejects.toBeInstanceOf(DBInstanceNotFoundFault);
    await expect(answer).rejects.toMatchObject({ message: 'DBInstance absent not found.' });
  });
});

test('EC2 query carries nested lists', async () => {
  const { SecurityGroups } = await new EC2Client(options).send(
    new DescribeSecurityGroupsCommand({
      GroupIds: ['sg-1'],
      Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }],
    }),
  );

  expect(ec2.lastInput).toEqual({ GroupIds: ['sg-1'], Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }] });
  expect(SecurityGroups?.[0]).toMatchObject({
    IpPermissions: [{ FromPort: 5432, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
  });
});

describe('JSON', () => {
  test('carries bytes both ways and names the caller by the access key', async () => {
    const { Signature } = await new KMSClient(options).send(
      new SignCommand({ KeyId: 'k', Message: Buffer.from('hello'), SigningAlgorithm: 'ED25519_SHA_512' }),
    );

    expect(Buffer.from(kms.lastInput.Message).toString()).toBe('hello');
    expect([...Signature!]).toEqual([1, 2, 255]);
    expect(kms.calls[0]?.context.principal.arn).toBe('arn:aws:iam::111122223333:user/AKIAALICE');
  });

  test('an error is the class that the client models, by its name or the code of the Query protocol', async () => {
    const answer = new SQSClient(options).send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'm' }));

    await expect(answer).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(answer).rejects.toMatchObject({ Code: 'AWS.SimpleQueueService.NonExistentQueue' });
  });

  test('compressed bodies are read', async () => {
    const MetricData = Array.from({ length: 300 }, (_, index) => ({
      MetricName: 'a metric with a long name',
      Value: index,
      Timestamp: instant,
    }));

    await new CloudWatchClient(options).send(new PutMetricDataCommand({ Namespace: 'n', MetricData }));

    expect(monitoring.lastInput.MetricData).toEqual(MetricData);
  });

  test('a missing required member is refused by name', async () => {
    const answer = new SFNClient(options).send(new StartExecutionCommand({ stateMachineArn: undefined }));

    await expect(answer).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("'stateMachineArn'"),
    });
  });
});

describe('REST', () => {
  test('JSON: labels, headers and raw payloads', async () => {
    const { StatusCode, FunctionError, Payload } = await new LambdaClient(options).send(
      new InvokeCommand({
        FunctionName: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
        InvocationType: 'RequestResponse',
        Payload: Buffer.from('{"in":true}'),
      }),
    );

    expect(lambda.lastInput).toMatchObject({
      FunctionName: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
      InvocationType: 'RequestResponse',
    });
    expect(Buffer.from(lambda.lastInput.Payload).toString()).toBe('{"in":true}');
    expect([StatusCode, FunctionError, Payload?.transformToString()]).toEqual([200, 'Unhandled', '{"a":1}']);
  });

  test('XML: nested lists in, dates out, modelled errors', async () => {
    const client = new Route53Client(options);
    const ChangeBatch = {
      Changes: [
        {
          Action: 'UPSERT' as const,
          ResourceRecordSet: {
            Name: 'a.example',
            Type: 'CNAME' as const,
            TTL: 5,
            ResourceRecords: [{ Value: 'b.example' }],
          },
        },
      ],
    };

    const { ChangeInfo } = await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: '/hostedzone/Z1', ChangeBatch }),
    );

    expect(route53.lastInput).toEqual({ HostedZoneId: 'Z1', ChangeBatch });
    expect(ChangeInfo).toEqual({ Id: '/change/C1', Status: 'PENDING', SubmittedAt: instant });
    await expect(client.send(new GetChangeCommand({ Id: 'C9' }))).rejects.toMatchObject({
      name: 'NoSuchChange',
    });
  });

  test('S3: chunked bodies, metadata and both styles of address', async () => {
    const client = new S3Client({ ...options, forcePathStyle: true });
    const Key = 'a folder/ü+%.txt';

    await client.send(
      new PutObjectCommand({
        Bucket: 'bucket',
        Key,
        Body: 'hello',
        Metadata: { who: 'me' },
        IfNoneMatch: '*',
      }),
    );
    const { Body, LastModified, Metadata } = await client.send(
      new GetObjectCommand({ Bucket: 'bucket', Key, VersionId: 'v1' }),
    );
    const virtual = await getAs('bucket.localhost', '/key');

    const put = s3.calls[0]?.input;
    expect(put).toMatchObject({ Bucket: 'bucket', Key, Metadata: { who: 'me' }, IfNoneMatch: '*' });
    expect(Buffer.from(put.Body).toString()).toBe('hello');
    expect(s3.calls[1]?.input).toMatchObject({ Bucket: 'bucket', Key, VersionId: 'v1' });
    expect(await Body?.transformToString()).toBe('body');
    expect([LastModified, Metadata]).toEqual([instant, { a: 'b' }]);
    expect(virtual).toBe(200);
    expect(s3.lastInput).toMatchObject({ Bucket: 'bucket', Key: 'key' });
  });
});

describe('what is not there', () => {
  test('an operation that the service lacks is named', async () => {
    const answer = new SFNClient(options).send(new DescribeExecutionCommand({ executionArn: 'arn' }));

    await expect(answer).rejects.toMatchObject({
      name: 'UnsupportedOperation',
      message: 'UnsupportedOperation: the sandbox has no states:DescribeExecution',
    });
    const run = new EC2Client(options).send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
    await expect(run).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  });

  test('a service that is not there is named', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        authorization:
          'AWS4-HMAC-SHA256 Credential=A/20261122/eu-central-1/dynamodb/aws4_request, Signature=0',
      },
      body: '{}',
    });

    expect(await response.json()).toMatchObject({
      message: 'UnsupportedOperation: the sandbox has no dynamodb:GetItem',
    });
  });

  test('a body that cannot be read is the client’s mistake', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'TrentService.Sign',
        authorization: 'AWS4-HMAC-SHA256 Credential=A/20261122/eu-central-1/kms/aws4_request, Signature=0',
      },
      body: '{"KeyId":',
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
    expect(log).toEqual([]);
  });

  test('an unsigned request is refused', async () => {
    const response = await fetch(url);

    expect(response.status).toBe(403);
    expect(await response.text()).toContain('MissingAuthenticationToken');
  });
});

test('a fault of the sandbox itself is a 500 and one line in its log', async () => {
  const answer = new SFNClient(options).send(new StartExecutionCommand({ stateMachineArn: 'arn' }));

  await expect(answer).rejects.toMatchObject({ name: 'InternalFailure' });
  expect(log).toEqual([expect.stringContaining('states:StartExecution failed inside the sandbox')]);
});

test('CBOR reaches a service whose SDK client speaks JSON', async () => {
  const client = new CloudWatchClient({ ...options, protocol: AwsSmithyRpcV2CborProtocol });
  const MetricData = [{ MetricName: 'm', Value: 1.5, Timestamp: instant }];

  await client.send(new PutMetricDataCommand({ Namespace: 'n', MetricData }));

  expect(monitoring.lastInput).toEqual({ Namespace: 'n', MetricData });
  await expect(client.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    name: 'UnsupportedOperation',
  });
});

test('Query reaches a service whose SDK client speaks JSON', async () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=A/20261122/eu-central-1/monitoring/aws4_request, Signature=0';

  const form = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: 'Action=PutMetricData&Version=2010-08-01&Namespace=n&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1.5&MetricData.member.1.Dimensions.member.1.Name=a&MetricData.member.1.Dimensions.member.1.Value=b',
  });

  expect(form.status).toBe(200);
  expect(monitoring.lastInput).toEqual({
    Namespace: 'n',
    MetricData: [{ MetricName: 'm', Value: 1.5, Dimensions: [{ Name: 'a', Value: 'b' }] }],
  });
});
