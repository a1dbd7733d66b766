import { randomBytes } from 'node:crypto';
import type { CreateHostedZoneRequest } from '@aws-sdk/client-route-53';
import { ServiceError, type World } from '../contract.ts';
import { compareNames } from './names.ts';
import { HostedZone } from './zone.ts';

/** The account's hosted zones. */
export class HostedZones implements Iterable<HostedZone> {
  readonly #zones: Map<string, HostedZone>;

  constructor(world: World['hostedZones']) {
    const zones = world.map(
      ({ id, name, private: isPrivate }) =>
        new HostedZone({ id, name, isPrivate, callerReference: `world:${id}` }),
    );
    this.#zones = new Map(zones.map((zone) => [zone.id, zone]));
  }

  [Symbol.iterator](): Iterator<HostedZone> {
    return this.#zones.values();
  }

  /** In Route 53's order of names. */
  byName(): HostedZone[] {
    return [...this].sort((one, other) => compareNames(one.name, other.name) || (one.id < other.id ? -1 : 1));
  }

  /** By id, with or without `/hostedzone/`. */
  get(id: string | undefined): HostedZone {
    const bare = id?.replace(/^\/?hostedzone\//, '') ?? '';
    const zone = this.#zones.get(bare);
    if (!zone)
      throw new ServiceError('NoSuchHostedZone', `No hosted zone found with ID: ${bare}`, { status: 404 });
    return zone;
  }

  create(input: CreateHostedZoneRequest): HostedZone {
    const { Name: name, CallerReference: callerReference } = input;
    if (!name || !callerReference) {
      throw new ServiceError('InvalidInput', 'Name and CallerReference must be given.');
    }
    if ([...this].some((zone) => zone.callerReference === callerReference)) {
      throw new ServiceError(
        'HostedZoneAlreadyExists',
        `A hosted zone has already been created with the specified caller reference: ${callerReference}`,
        { status: 409 },
      );
    }
    const zone = new HostedZone({
      id: `Z${randomBytes(10).toString('hex').toUpperCase()}`,
      name,
      isPrivate: input.VPC !== undefined,
      callerReference,
      comment: input.HostedZoneConfig?.Comment,
    });
    this.#zones.set(zone.id, zone);
    return zone;
  }

  delete(id: string | undefined): void {
    const zone = this.get(id);
    if (zone.records().some(({ type, name }) => name !== zone.name || !['NS', 'SOA'].includes(type))) {
      throw new ServiceError(
        'HostedZoneNotEmpty',
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
      );
    }
    this.#zones.delete(zone.id);
  }
}
