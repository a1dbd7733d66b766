import { ServiceError } from '../../contract.ts';
import { invalidCombination, invalidValue, parameterGroupNotFound } from '../errors.ts';
import type { Tag } from '../instance.ts';
import type { ParameterCatalogue } from './catalogue.ts';

export interface StoredParameter {
  value: string;
  applyMethod: 'immediate' | 'pending-reboot';
}

export interface ParameterGroup {
  name: string;
  family: string;
  description: string;
  arn: string;
  parameters: Map<string, StoredParameter>;
  tags: Tag[];
}

export interface ParameterChange {
  ParameterName?: string;
  ParameterValue?: string;
  ApplyMethod?: string;
}

/**
 * The parameter groups of the account. Names that PostgreSQL does not know (`rds.force_ssl`, those of
 * absent libraries) are kept as data: they are described again and have no effect.
 */
export class ParameterGroups {
  readonly #catalogue: ParameterCatalogue;
  readonly #groups = new Map<string, ParameterGroup>();
  readonly #arnPrefix: string;

  constructor(
    catalogue: ParameterCatalogue,
    options: { account: string; region: string; majorVersion: string },
  ) {
    this.#catalogue = catalogue;
    this.#arnPrefix = `arn:aws:rds:${options.region}:${options.account}:pg:`;
    const family = `postgres${options.majorVersion}`;
    this.#store(`default.${family}`, family, `Default parameter group for ${family}`);
  }

  all(): ParameterGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): ParameterGroup {
    const found = this.#groups.get(name.toLowerCase());
    if (!found) throw parameterGroupNotFound(name);
    return found;
  }

  create(name: string, family: string, description: string): ParameterGroup {
    if (!/^[a-z](?:-?[a-z0-9])*$/i.test(name) || name.length > 255) {
      throw invalidValue(
        `The parameter DBParameterGroupName is not a valid identifier: ${JSON.stringify(name)}.`,
      );
    }
    if (!/^postgres\d+$/.test(family)) {
      throw invalidValue(`ParameterGroupFamily ${family} is not a valid parameter group family`);
    }
    if (this.#groups.has(name.toLowerCase())) {
      throw new ServiceError('DBParameterGroupAlreadyExists', `Parameter group ${name} already exists`);
    }
    return this.#store(name.toLowerCase(), family, description);
  }

  delete(name: string): void {
    this.#refuseDefault(this.get(name));
    this.#groups.delete(name.toLowerCase());
  }

  /** Stores new values; all of them or, where one is wrong, none. */
  async modify(name: string, changes: ParameterChange[]): Promise<ParameterGroup> {
    const group = this.get(name);
    this.#refuseDefault(group);
    if (changes.length === 0 || changes.length > 20) {
      throw invalidValue(`Between 1 and 20 parameters can be modified in a request, got ${changes.length}`);
    }
    const parsed = await Promise.all(changes.map((change) => this.#parse(change)));
    for (const [parameter, stored] of parsed) group.parameters.set(parameter, stored);
    return group;
  }

  reset(name: string, parameters: string[] | undefined): ParameterGroup {
    const group = this.get(name);
    this.#refuseDefault(group);
    for (const parameter of parameters ?? [...group.parameters.keys()]) group.parameters.delete(parameter);
    return group;
  }

  /** The group's values that reach a server: those PostgreSQL knows, and what RDS itself translates. */
  values(name: string): Record<string, string> {
    const entries = [...this.get(name).parameters].filter(
      ([parameter]) => this.#catalogue.get(parameter) || parameter === 'rds.logical_replication',
    );
    return Object.fromEntries(entries.map(([parameter, { value }]) => [parameter, value]));
  }

  /** Whether a change of this parameter waits for a reboot. */
  waitsForReboot(parameter: string, stored: StoredParameter | undefined): boolean {
    return this.#isStatic(parameter) || stored?.applyMethod === 'pending-reboot';
  }

  #isStatic(parameter: string): boolean {
    return this.#catalogue.get(parameter)?.applyType === 'static' || parameter === 'rds.logical_replication';
  }

  async #parse(change: ParameterChange): Promise<[string, StoredParameter]> {
    const { ParameterName: parameter, ParameterValue: value, ApplyMethod: applyMethod } = change;
    if (!parameter || value === undefined || !applyMethod) {
      throw invalidCombination('A parameter needs ParameterName, ParameterValue and ApplyMethod.');
    }
    if (applyMethod !== 'immediate' && applyMethod !== 'pending-reboot') {
      throw invalidValue(`Invalid ApplyMethod ${applyMethod}: expected immediate or pending-reboot`);
    }
    if (applyMethod === 'immediate' && this.#isStatic(parameter)) {
      throw invalidCombination(
        `cannot use immediate apply method for static parameter, parameter name: ${parameter}`,
      );
    }
    const complaint = this.#catalogue.get(parameter) && (await this.#catalogue.complaint(parameter, value));
    if (complaint) throw invalidValue(`Invalid parameter value: ${value} for: ${parameter}: ${complaint}`);
    return [parameter, { value, applyMethod }];
  }

  #refuseDefault(group: ParameterGroup): void {
    if (group.name.startsWith('default.')) {
      throw new ServiceError(
        'InvalidDBParameterGroupState',
        `Default DBParameterGroup cannot be changed or deleted: ${group.name}`,
      );
    }
  }

  #store(name: string, family: string, description: string): ParameterGroup {
    const group: ParameterGroup = {
      name,
      family,
      description,
      arn: this.#arnPrefix + name,
      parameters: new Map(),
      tags: [],
    };
    this.#groups.set(name, group);
    return group;
  }
}
