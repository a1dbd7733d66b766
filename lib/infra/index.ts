/** What somebody's own CDK app uses. */
export type { Evidence } from './evidence.ts';
export { EvidenceStack, type EvidenceStackProps } from './evidence-stack.ts';
export { loadPolicy, type Policy } from './policy.ts';
export { RollbackStack, type RollbackStackProps } from './rollback-stack.ts';
