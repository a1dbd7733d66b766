export type { DeployedStack } from './cloudformation/service.ts';
export type { Intercept, InterceptedRequest } from './context.ts';
export { Sandbox, type SandboxOptions } from './sandbox.ts';
