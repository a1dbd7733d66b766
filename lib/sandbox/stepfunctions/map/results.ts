import type { MapState, ResultWriter } from '../definition.ts';
import type { Execution } from '../execution.ts';
import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Visit } from '../visit.ts';
import type { MapRun } from './run.ts';

/**
 * Writes the results of a map run to S3: one file of the children that succeeded, one of those that failed, one of
 * those never started, and a manifest that names them. Gives the Map's result.
 */
export async function writeResults(visit: Visit<MapState>, writer: ResultWriter, run: MapRun) {
  const { Bucket, Prefix } = (await visit.evaluate(writer.Arguments ?? {}, 'ResultWriter/Arguments')) as {
    Bucket: string;
    Prefix?: string;
  };
  const folder = [...(Prefix ? [Prefix] : []), run.arn.split(':').at(-1)].join('/');
  const put = async (name: string, content: Json) => {
    const body = Buffer.from(JSON.stringify(content));
    await putObject(visit, { Bucket, Key: `${folder}/${name}`, Body: body, ContentType: 'application/json' });
    return { Key: `${folder}/${name}`, Size: body.length };
  };
  const { inputs } = run;
  const children = inputs.map((_, index) => run.children[index]);
  const files: Record<string, Json[]> = {
    SUCCEEDED: children.filter((child) => child?.status === 'SUCCEEDED').map((child) => resultOf(child!)),
    FAILED: children
      .filter((child) => child && child.status !== 'SUCCEEDED')
      .map((child) => resultOf(child!)),
    PENDING: inputs.filter((_, index) => !children[index]).map((input) => ({ Input: JSON.stringify(input) })),
  };
  const ResultFiles: Record<string, Json> = {};
  for (const [status, results] of Object.entries(files)) {
    ResultFiles[status] = results.length === 0 ? [] : [await put(`${status}_0.json`, results)];
  }
  await put('manifest.json', { DestinationBucket: Bucket, MapRunArn: run.arn, ResultFiles });
  run.resultsWritten = true;
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket, Key: `${folder}/manifest.json` } };
}

async function putObject(visit: Visit<MapState>, request: Record<string, unknown>): Promise<void> {
  const { host, principal } = visit.thread.execution;
  try {
    await host.sandbox.call('s3', 'PutObject', request, principal);
  } catch (error) {
    throw new StateFailure(
      'States.ResultWriterFailed',
      error instanceof Error ? error.message : String(error),
    );
  }
}

function resultOf(child: Execution): Json {
  return {
    ...(child.failure?.detail ? { Cause: child.failure.detail } : {}),
    ...(child.failure?.error === undefined ? {} : { Error: child.failure.error }),
    ExecutionArn: child.arn,
    Input: child.inputText,
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.outputText === undefined
      ? {}
      : { Output: child.outputText, OutputDetails: { Included: true } }),
    RedriveCount: child.redriveCount,
    StartDate: child.startDate.toISOString(),
    StateMachineArn: child.machine.arn,
    Status: child.status,
    StopDate: child.stopDate!.toISOString(),
  };
}
