import { type CallContext, type SandboxContext, ServiceError } from '../contract.ts';
import type { RequestKeys } from '../resource-policy/conditions.ts';
import { decide } from '../resource-policy/decide.ts';
import { notFound, validation } from './errors.ts';
import type { Key } from './key.ts';

/** The account's keys and the aliases that name them. */
export class KeyRing {
  readonly #context: SandboxContext;
  readonly #keys = new Map<string, Key>();
  /** Alias (`alias/…`) → key id. */
  readonly aliases = new Map<string, { keyId: string; created: Date }>();

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  add(key: Key): void {
    this.#keys.set(key.id, key);
  }

  all(): Key[] {
    const now = this.#context.clock.now();
    for (const key of this.#keys.values()) {
      if (key.deletionDate && key.deletionDate <= now) this.#keys.delete(key.id);
    }
    return [...this.#keys.values()];
  }

  /** By id, ARN, alias or the alias's ARN. */
  find(reference: string): Key {
    const { region, account } = this.#context;
    const here = `arn:aws:kms:${region}:${account}:`;
    if (reference.startsWith('arn:') && !reference.startsWith(here)) {
      throw notFound(`Invalid arn ${reference.split(':')[3]}`);
    }
    const name = reference.startsWith(here) ? reference.slice(here.length) : reference;
    if (name.startsWith('alias/')) {
      const alias = this.aliases.get(name);
      if (!alias) throw notFound(`Alias ${here}${name} is not found.`);
      return this.find(alias.keyId);
    }
    const id = name.replace(/^key\//, '');
    if (!/^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/.test(id)) {
      throw notFound(`Invalid keyId '${id}'`);
    }
    const key = this.all().find((candidate) => candidate.id === id);
    if (!key) throw notFound(`Key '${here}key/${id}' does not exist`);
    return key;
  }

  /** The key, if the caller may use it so: a key is used only by whom its policy allows. */
  authorized(operation: string, reference: string, { principal }: CallContext, keys: RequestKeys = {}): Key {
    const key = this.find(reference);
    const { account } = this.#context;
    const action = `kms:${operation}`;
    const decision = decide(key.policy, { action, resource: key.arn, principal, account, keys });
    if (decision === 'allow') return key;
    const why =
      decision === 'deny'
        ? 'with an explicit deny in a resource-based policy'
        : `because no resource-based policy allows the ${action} action`;
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${key.arn} ${why}`,
    );
  }

  /** As `authorized`, for what only an enabled key does. */
  usable(operation: string, reference: string, context: CallContext, keys: RequestKeys = {}): Key {
    const key = this.authorized(operation, reference, context, keys);
    if (key.state === 'Disabled') throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
    requireNotPending(key);
    return key;
  }

  setAlias(name: string, target: string): void {
    if (!name.startsWith('alias/')) {
      throw validation(
        'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
      );
    }
    this.aliases.set(name, { keyId: this.find(target).id, created: this.#context.clock.now() });
  }
}

export function requireNotPending(key: Key): void {
  if (key.state === 'PendingDeletion') {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
}
