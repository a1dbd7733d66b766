import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** The bucket in which a cluster's runs keep their state, from the plan function's own environment. */
export async function controlBucket(lambda: LambdaClient, machineArn: string): Promise<string> {
  const FunctionName = `${machineArn.split(':').at(-1)}-plan`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const bucket = Environment?.Variables?.CONTROL_BUCKET;
  if (bucket === undefined) throw new Error(`${FunctionName} names no CONTROL_BUCKET in its environment.`);
  return bucket;
}
