import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type Scenario, scenarios } from './scenarios.ts';

export interface RehearsalOptions {
  out: string;
  shards: number;
  scenario: Scenario;
  keep: boolean;
  json: boolean;
}

/** The sandbox has loopback addresses and memory for so many shards and their clones. */
const maxShards = 16;

/** Parses the command line. An error is printed, and its exit status given instead of the options. */
export function parseOptions(args: string[]): RehearsalOptions | { status: number } {
  const command = new Command('rehearse')
    .description('Lives through an incident on a laptop: damage, detection, rollback, proof.')
    .option('--out <dir>', 'where report, evidence and lists go', 'out/rehearsal')
    .option('--shards <n>', `number of shards, 1 to ${maxShards}`, shardCount, 4)
    .option(
      '--scenario <name>',
      scenarios.map(({ name, title }) => `${name}: ${title}`).join('\n'),
      scenarioNamed,
      scenarios[0],
    )
    .option('--keep', 'leave everything running afterwards, until interrupted', false)
    .option('--json', 'print the report as JSON, and what happens to standard error', false)
    .allowExcessArguments(false)
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  return command.opts<RehearsalOptions>();
}

function shardCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > maxShards)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${maxShards}, got '${text}'.`);
  return count;
}

function scenarioNamed(text: string): Scenario {
  const found = scenarios.find(({ name }) => name === text);
  if (found === undefined)
    throw new InvalidArgumentError(
      `expected one of ${scenarios.map(({ name }) => name).join(', ')}, got '${text}'.`,
    );
  return found;
}
