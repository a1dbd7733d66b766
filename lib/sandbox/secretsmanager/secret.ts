import { randomBytes, randomUUID } from 'node:crypto';
import { ServiceError } from '../contract.ts';
import { invalidParameter, invalidRequest, valueNotFound } from './errors.ts';

export interface SecretVersion {
  id: string;
  string: string | undefined;
  binary: Uint8Array | undefined;
  created: Date;
  accessed: Date | undefined;
  stages: Set<string>;
}

/** A secret and its versions. A staging label is on one version at a time; without one a version is deprecated. */
export class Secret {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly versions = new Map<string, SecretVersion>();
  description: string | undefined;
  kmsKeyId: string | undefined;
  tags: { Key: string; Value: string }[] = [];
  changed: Date;
  accessed: Date | undefined;
  deleted: Date | undefined;

  constructor(name: string, arnPrefix: string, created: Date) {
    this.name = name;
    this.arn = `${arnPrefix}${name}-${randomBytes(6).toString('base64url').replace(/[-_]/g, 'a').slice(0, 6)}`;
    this.created = created;
    this.changed = created;
  }

  /** A new version under the token of the request; the same token with the same value is the same version. */
  addVersion(input: any, stages: string[], now: Date): SecretVersion {
    if (input.SecretString !== undefined && input.SecretBinary !== undefined) {
      throw invalidParameter('You can only specify one of SecretString or SecretBinary.');
    }
    const id: string = input.ClientRequestToken ?? randomUUID();
    const same = this.versions.get(id);
    if (same) {
      const sameBinary = Buffer.compare(same.binary ?? Buffer.of(), input.SecretBinary ?? Buffer.of()) === 0;
      if (same.string === input.SecretString && sameBinary) return same;
      throw new ServiceError(
        'ResourceExistsException',
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${this.arn}.`,
      );
    }
    const version: SecretVersion = {
      id,
      string: input.SecretString,
      binary: input.SecretBinary,
      created: now,
      accessed: undefined,
      stages: new Set(),
    };
    this.versions.set(id, version);
    // The first version is current whatever it is asked to be.
    const isFirst = this.versions.size === 1;
    for (const stage of isFirst ? new Set(['AWSCURRENT', ...stages]) : stages) this.moveStage(stage, version);
    this.changed = now;
    return version;
  }

  /** By version id, staging label, or the current one. */
  version({ VersionId, VersionStage }: { VersionId?: string; VersionStage?: string }): SecretVersion {
    if (VersionId !== undefined) {
      const version = this.versions.get(VersionId);
      if (!version) throw valueNotFound(`VersionId: ${VersionId}`);
      if (VersionStage !== undefined && !version.stages.has(VersionStage)) {
        throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
      }
      return version;
    }
    const stage = VersionStage ?? 'AWSCURRENT';
    const version = this.holderOf(stage);
    if (!version) throw valueNotFound(`staging label: ${stage}`);
    return version;
  }

  holderOf(stage: string): SecretVersion | undefined {
    return [...this.versions.values()].find(({ stages }) => stages.has(stage));
  }

  /** When AWSCURRENT moves, the version that had it becomes AWSPREVIOUS and is pending no more. */
  moveStage(stage: string, target: SecretVersion | undefined): void {
    const holder = this.holderOf(stage);
    if (holder === target) return;
    holder?.stages.delete(stage);
    target?.stages.add(stage);
    if (stage !== 'AWSCURRENT' || !holder) return;
    this.holderOf('AWSPREVIOUS')?.stages.delete('AWSPREVIOUS');
    holder.stages.delete('AWSPENDING');
    holder.stages.add('AWSPREVIOUS');
  }
}

export function stagesOf(version: SecretVersion): string[] | undefined {
  return version.stages.size > 0 ? [...version.stages].sort() : undefined;
}
