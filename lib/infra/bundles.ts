import { existsSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType } from 'aws-cdk-lib/core';
import { buildSync, type OutputFile } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** CommonJS packages inside an ES module bundle call `require`, which ES modules do not have. */
const requireBanner =
  "import { createRequire as rollbackCreateRequire } from 'node:module'; const require = rollbackCreateRequire(import.meta.url);";

/**
 * Bundles `lambdas/<area>/index.ts` of all areas in one call of esbuild: nine calls parse the AWS SDK nine
 * times and start nine processes. The SDK is inside, so that what runs locally is what is deployed.
 */
export function bundleAreas(areas: readonly string[]): (area: string) => Code {
  const entries = Object.fromEntries(areas.map((area) => [area, join(root, 'lambdas', area, 'index.ts')]));
  for (const [area, entry] of Object.entries(entries)) {
    if (!existsSync(entry)) throw new Error(`Function ${area} has no entry file: expected ${entry}`);
  }
  const built = buildSync({
    entryPoints: entries,
    outdir: join(root, 'out'),
    entryNames: '[name]/index',
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    // Error messages and logs name commands and classes.
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: requireBanner },
    logLevel: 'warning',
  });
  return (area) => codeOf(area, filesOf(area, built.outputFiles));
}

function filesOf(area: string, files: OutputFile[]): OutputFile[] {
  return files.filter((file) => file.path.startsWith(join(root, 'out', area, '/')));
}

function codeOf(area: string, files: OutputFile[]): Code {
  return Code.fromAsset(join(root, 'lambdas', area), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the local bundler below always answers.
      image: DockerImage.fromRegistry('local-bundling-only'),
      local: {
        tryBundle(outputDirectory) {
          for (const file of files) writeFileSync(join(outputDirectory, basename(file.path)), file.contents);
          return true;
        },
      },
    },
  });
}
