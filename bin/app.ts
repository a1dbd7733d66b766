import { buildApp } from '../lib/infra/app.ts';

buildApp({
  policy: process.env.ROLLBACK_POLICY ?? 'examples/orders/rollback.yaml',
  outdir: process.env.CDK_OUTDIR ?? 'cdk.out',
}).synth();
