// The child's side of a function: asks the Runtime API for an invocation, runs the bundle's handler, answers.
// Started by the host as `node bootstrap.mjs [network.json]`; everything else comes from the environment.
import { flushCompileCache } from 'node:module';
import { patchConsole } from './console.mjs';
import { announce, onCrash } from './crash.mjs';
import { loadHandler } from './handler.mjs';
import { joinNetwork } from './network.mjs';
import { RuntimeApi } from './runtime-api.mjs';

// The host holds the other end: when it is gone, so is this environment.
process.stdin
  .on('close', () => process.exit(1))
  .on('error', () => process.exit(1))
  .resume();

const api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API);
const current = { requestId: undefined };
patchConsole(() => current.requestId, process.env.AWS_LAMBDA_LOG_FORMAT, process.env.AWS_LAMBDA_LOG_LEVEL);
if (process.argv[2]) joinNetwork(JSON.parse(process.argv[2]));
onCrash(async (error, exitCode) => {
  if (current.requestId === undefined) await api.initError(error);
  else await api.error(current.requestId, error);
  process.exit(exitCode);
});

let handler;
let warm = false;
try {
  handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
} catch (error) {
  announce('Uncaught Exception', error);
  await api.initError(error);
  process.exit(1);
}

for (;;) {
  const { event, context } = await api.next();
  current.requestId = context.awsRequestId;
  try {
    const result = await handler(event, context);
    await api.response(context.awsRequestId, result);
  } catch (error) {
    announce('Invoke Error', error);
    await api.error(context.awsRequestId, error);
  }
  current.requestId = undefined;
  // Environments end by SIGKILL, before which nothing would be written.
  if (!warm) flushCompileCache();
  warm = true;
}
