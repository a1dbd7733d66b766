import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const machineNames = ['rollback', 'shard-restore', 'recover'] as const;
export type MachineName = (typeof machineNames)[number];

const areas = ['Plan', 'Decision', 'Restore', 'Database', 'Validate', 'Cutover', 'Evidence'] as const;

const arn = (kind: string, name: string) => `arn:aws:${kind}:eu-central-1:111122223333:${name}`;

/** What the stack puts in place of each placeholder. */
export const placeholders: Record<string, string> = {
  ...Object.fromEntries(areas.map((area) => [`${area}Function`, arn('lambda', `function:${area}`)])),
  ShardRestoreMachine: arn('states', 'stateMachine:shard-restore'),
  RecoverMachine: arn('states', 'stateMachine:recover'),
  ControlBucket: 'control',
  Cluster: 'orders',
};

export function source(name: MachineName): string {
  return readFileSync(join(import.meta.dirname, `../../statemachines/${name}.asl.json`), 'utf8');
}

/** The definition as it is deployed. */
export function definition(name: MachineName): any {
  return JSON.parse(
    source(name).replace(/\$\{(\w+)\}/g, (_all, key) => placeholders[key] ?? `unknown-${key}`),
  );
}

export interface State {
  /** Where it stands: its own name, after those of the Maps around it. */
  path: string;
  name: string;
  state: any;
  /** The states beside it. */
  siblings: Record<string, any>;
}

/** Every state of a machine, those inside its Maps too. */
export function statesOf(machine: any, path = ''): State[] {
  return Object.entries<any>(machine.States).flatMap(([name, state]) => [
    { path: `${path}${name}`, name, state, siblings: machine.States },
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor, `${path}${name} / `) : []),
  ]);
}

export function nextOf(state: any): string[] {
  return [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map((choice: any) => choice.Next),
    ...(state.Catch ?? []).map((catcher: any) => catcher.Next),
  ].filter((next) => next !== undefined);
}
