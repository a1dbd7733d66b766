import { resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EvidenceStack } from './evidence-stack.ts';
import { featureFlags } from './feature-flags.ts';
import { loadPolicy } from './policy.ts';
import { RollbackStack } from './rollback-stack.ts';

export interface AppOptions {
  /** Path of the cluster's policy file; the context value `policy` goes before it. */
  policy: string;
  /** Where the cloud assembly is written. */
  outdir: string;
}

/**
 * Both stacks of one cluster.
 *
 * Context: `policy` (path), `domain` (first part of the log's origin), `retentionDays` (of evidence, default
 * 2,555: seven years), `parameterGroupFamily` (default `postgres18`).
 */
export function buildApp(options: AppOptions): App {
  const app = new App({ outdir: options.outdir, context: featureFlags });
  const context = (name: string, fallback: string): string => app.node.tryGetContext(name) ?? fallback;
  const policy = loadPolicy(resolve(context('policy', options.policy)));
  const env = { account: policy.residency.accounts[0], region: policy.residency.regions[0] };
  const evidence = new EvidenceStack(app, 'safe-rollback-evidence', {
    env,
    description: 'Evidence of safe rollback: a write-once bucket and the keys that sign what is in it',
    domain: context('domain', 'safe-rollback.internal'),
    retentionDays: Number(context('retentionDays', '2555')),
  });
  new RollbackStack(app, `${policy.cluster}-rollback`, {
    env,
    description: `Safe rollback of the cluster ${policy.cluster}`,
    policy,
    evidence: evidence.evidence,
    parameterGroupFamily: context('parameterGroupFamily', 'postgres18'),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
