import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from './template.ts';

/** One stack of a synthesised app. */
export interface AssemblyStack {
  id: string;
  name: string;
  template: Template;
  /** Ids of the stacks that must be deployed before. */
  dependencies: string[];
  /** `aws://account/region`; parts may be `unknown-…`. */
  environment: string;
  assets: Asset[];
}

/** A file or folder that `cdk deploy` uploads. */
export interface Asset {
  path: string;
  packaging: 'file' | 'zip';
  /** Names may hold `${AWS::AccountId}`, `${AWS::Region}` and `${AWS::Partition}`. */
  destinations: { bucketName: string; objectKey: string }[];
}

/** Reads `cdk.out`: its stacks, those others depend on first. Throws where there is no assembly. */
export function readAssembly(directory: string): AssemblyStack[] {
  const manifest = readJson(join(directory, 'manifest.json'), directory);
  const artifacts = Object.entries<any>(manifest.artifacts ?? {});
  const nested = artifacts.find(([, artifact]) => artifact.type === 'cdk:cloud-assembly');
  if (nested)
    throw new Error(`${directory} has a stage ${nested[0]}; the sandbox deploys apps without stages`);
  const stacks = artifacts
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => ({
      id,
      name: artifact.properties.stackName ?? id,
      template: readJson(join(directory, artifact.properties.templateFile), directory) as Template,
      dependencies: (artifact.dependencies ?? []) as string[],
      environment: artifact.environment as string,
      assets: (artifact.dependencies ?? [])
        .map((dependency: string) => manifest.artifacts[dependency])
        .filter((each: any) => each?.type === 'cdk:asset-manifest')
        .flatMap((each: any) => readAssets(directory, each.properties.file)),
    }));
  return inOrder(stacks);
}

function readAssets(directory: string, file: string): Asset[] {
  const manifest = readJson(join(directory, file), directory);
  if (Object.keys(manifest.dockerImages ?? {}).length > 0) {
    throw new Error(`${file} has container images; the sandbox publishes files only`);
  }
  return Object.values<any>(manifest.files ?? {}).map((asset) => {
    if (!asset.source.path) throw new Error(`${file} has an asset made by a command; the sandbox runs none`);
    return {
      path: join(directory, asset.source.path),
      packaging: asset.source.packaging,
      destinations: Object.values(asset.destinations),
    };
  });
}

function inOrder(stacks: AssemblyStack[]): AssemblyStack[] {
  const ordered: AssemblyStack[] = [];
  const visit = (stack: AssemblyStack) => {
    if (ordered.includes(stack)) return;
    for (const each of stacks.filter(({ id }) => stack.dependencies.includes(id))) visit(each);
    ordered.push(stack);
  };
  for (const stack of stacks) visit(stack);
  return ordered;
}

function readJson(file: string, directory: string): any {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${directory} is not a synthesised CDK app: ${(cause as Error).message}`, { cause });
  }
}
