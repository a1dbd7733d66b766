import type { Cname, NameChange } from '../../../../lib/adapters/aws/dns-records.ts';
import type { CloneOrder, InstanceChange, Instances } from '../../../../lib/adapters/aws/instances.ts';
import { RollbackError } from '../../../../lib/domain/errors.ts';
import type { Instance } from '../../../../lib/domain/run/instance.ts';

const minute = 60_000;
export const now = Date.parse('2026-11-22T03:30:00Z');

export function instance(id: string, more: Partial<Instance> = {}): Instance {
  return {
    id,
    arn: `arn:aws:rds:eu-central-1:111122223333:db:${id}`,
    resourceId: `db-${id.toUpperCase()}`,
    status: 'available',
    endpoint: { host: `${id}.rds.internal`, port: 5432 },
    securityGroups: [{ id: 'sg-app', status: 'active' }],
    parameterGroup: { name: 'orders-pg', status: 'in-sync' },
    subnetGroup: 'private',
    allocatedStorage: 100,
    pending: false,
    latestRestorable: now - 2 * minute,
    tags: { 'safe-rollback:cluster': 'orders', 'safe-rollback:role': 'live', team: 'shop' },
    settings: {
      instanceClass: 'db.r8g.large',
      multiAz: false,
      iamAuthentication: false,
      deletionProtection: true,
      copyTagsToSnapshot: true,
      backupRetentionDays: 7,
      autoMinorVersionUpgrade: true,
      publiclyAccessible: false,
      monitoringInterval: 0,
      performanceInsights: false,
    },
    ...more,
  };
}

/** RDS in memory: what is asked is there at once, unless a test says otherwise. */
export class FakeInstances implements Instances {
  readonly all = new Map<string, Instance>();
  readonly calls: string[] = [];
  readonly orders: CloneOrder[] = [];
  /** Instances that RDS is busy with: a change of them is refused. */
  readonly busy = new Set<string>();

  constructor(...instances: Instance[]) {
    for (const one of instances) this.all.set(one.id, one);
  }

  async find(id: string) {
    return this.all.get(id);
  }

  async list() {
    return [...this.all.values()];
  }

  async earliestRestorable() {
    return new Map([...this.all.values()].map(({ resourceId }) => [resourceId, now - 7 * 24 * 60 * minute]));
  }

  async restore(order: CloneOrder) {
    this.orders.push(order);
    if (this.all.has(order.id)) return 'exists' as const;
    const settings = { ...order.source.settings, deletionProtection: false, backupRetentionDays: 1 };
    this.all.set(
      order.id,
      instance(order.id, {
        status: 'creating',
        endpoint: undefined,
        latestRestorable: undefined,
        securityGroups: [{ id: order.securityGroup, status: 'active' }],
        parameterGroup: { name: order.parameterGroup, status: 'in-sync' },
        tags: order.tags,
        settings,
      }),
    );
    return 'started' as const;
  }

  async modify(id: string, { parameterGroup, securityGroups, ...settings }: InstanceChange) {
    this.change('modify', id);
    const one = this.all.get(id)!;
    Object.assign(one.settings, settings);
    if (parameterGroup) one.parameterGroup = { name: parameterGroup, status: 'pending-reboot' };
    if (securityGroups) one.securityGroups = securityGroups.map((group) => ({ id: group, status: 'active' }));
  }

  async reboot(id: string) {
    this.change('reboot', id);
    this.all.get(id)!.parameterGroup.status = 'in-sync';
  }

  async remove(id: string) {
    this.change('remove', id);
    this.all.delete(id);
  }

  async tag(arn: string, tags: Record<string, string>) {
    const id = arn.split(':').at(-1)!;
    this.change(`tag ${Object.values(tags)}`, id);
    Object.assign(this.all.get(id)!.tags, tags);
  }

  private change(what: string, id: string) {
    if (this.busy.has(id)) throw new RollbackError('ChangeInProgress', `${id} is busy`);
    this.calls.push(`${what} ${id}`);
  }
}

/** A hosted zone in memory that refuses a DELETE of what is not there, as Route 53 does. */
export class FakeRecords {
  readonly zone = new Map<string, Cname | undefined>();
  readonly batches: NameChange[][] = [];
  inSync = true;

  constructor(...records: Cname[]) {
    for (const one of records) this.zone.set(one.name, one);
  }

  async list() {
    return new Map(this.zone);
  }

  async replace(changes: readonly NameChange[]) {
    if (changes.length === 0) return [];
    for (const { from } of changes) {
      if (JSON.stringify(this.zone.get(from.name)) !== JSON.stringify(from)) {
        throw new RollbackError('NamesNotMoved', `${from.name} is not as given`);
      }
    }
    for (const { to } of changes) this.zone.set(to.name, to);
    this.batches.push([...changes]);
    return [`C${this.batches.length}`];
  }

  async isInSync() {
    return this.inSync;
  }
}
