/**
 * Starts a sandbox, deploys `argv[2]`, invokes its function `busy`, says so on standard output and waits:
 * for tests that end this process in one way or another.
 */
import { setTimeout } from 'node:timers/promises';
import { Sandbox } from '../../../lib/sandbox/index.ts';
import { world } from '../world.ts';

const [, , app, directory] = process.argv;
const sandbox = await Sandbox.start({ world, directory: directory! });
await sandbox.deploy(app!);
const lambda = sandbox.service('lambda');
const call = { principal: { arn: 'arn:aws:iam::111122223333:root' }, requestId: 'test' };
await lambda.operations.Invoke!({ FunctionName: 'busy', Payload: '{"first":true}' }, call);
// Stopping the sandbox ends this invocation with an error, which is not what the tests are about.
const busy = lambda.operations.Invoke!({ FunctionName: 'busy', Payload: '{}' }, call).catch(() => {});
await setTimeout(300);
console.log('ready');
await busy;
