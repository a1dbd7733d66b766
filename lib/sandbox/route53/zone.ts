import type { HostedZone as DescribedZone } from '@aws-sdk/client-route-53';
import { normaliseName } from './names.ts';
import { compareRecordSets, keyOf, type RecordSet } from './record-set.ts';

export const nameServers = [
  'ns-1536.awsdns-00.co.uk',
  'ns-0.awsdns-00.com',
  'ns-1024.awsdns-00.org',
  'ns-512.awsdns-00.net',
];

/** Resulting record sets by key; undefined where one was deleted. */
export type Delta = ReadonlyMap<string, RecordSet | undefined>;

/**
 * A hosted zone. What the API says changes with the request; what the DNS servers answer, only when the
 * change is INSYNC.
 */
export class HostedZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly callerReference: string;
  readonly comment: string | undefined;
  #records: Map<string, RecordSet>;
  readonly #served: Map<string, RecordSet>;

  constructor(options: {
    id: string;
    name: string;
    isPrivate: boolean;
    callerReference: string;
    comment?: string;
  }) {
    this.id = options.id;
    this.name = normaliseName(options.name);
    this.isPrivate = options.isPrivate;
    this.callerReference = options.callerReference;
    this.comment = options.comment;
    const apex: RecordSet[] = [
      { name: this.name, type: 'NS', ttl: 172_800, values: nameServers.map((server) => `${server}.`) },
      {
        name: this.name,
        type: 'SOA',
        ttl: 900,
        values: [`${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`],
      },
    ];
    this.#records = new Map(apex.map((set) => [keyOf(set), set]));
    this.#served = new Map(this.#records);
  }

  /** What the API lists, in Route 53's order. */
  records(): RecordSet[] {
    return [...this.#records.values()].sort(compareRecordSets);
  }

  /** A copy to try changes on. */
  draft(): Map<string, RecordSet> {
    return new Map(this.#records);
  }

  /** Makes a draft what the API lists; gives what differs, for `serve`. */
  commit(draft: Map<string, RecordSet>): Delta {
    const keys = new Set([...this.#records.keys(), ...draft.keys()]);
    const changed = [...keys].filter((key) => this.#records.get(key) !== draft.get(key));
    this.#records = draft;
    return new Map(changed.map((key) => [key, draft.get(key)]));
  }

  /** Lets the DNS servers answer with a change. */
  serve(delta: Delta): void {
    for (const [key, set] of delta) {
      if (set) this.#served.set(key, set);
      else this.#served.delete(key);
    }
  }

  /** What the DNS servers have at a name, of every type; empty where the name does not exist. */
  served(name: string): RecordSet[] {
    return [...this.#served.values()].filter((set) => set.name === name);
  }

  /** Whether names below this one are served, which makes it exist without records. */
  hasBelow(name: string): boolean {
    return [...this.#served.values()].some((set) => set.name.endsWith(`.${name}`));
  }

  describe(): DescribedZone {
    return {
      Id: `/hostedzone/${this.id}`,
      Name: this.name,
      CallerReference: this.callerReference,
      Config: { PrivateZone: this.isPrivate, ...(this.comment !== undefined && { Comment: this.comment }) },
      ResourceRecordSetCount: this.#records.size,
    };
  }
}
