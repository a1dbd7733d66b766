/**
 * Plays what AWS answered once against the sandbox, and says where the two differ. The recordings are no part of
 * this repository: CONFORMANCE_DIR names their folder.
 *
 *     node test/conformance/main.ts [--json] [file [part of a case's name]]
 */
import { Account } from './account.ts';
import { playPattern } from './patterns.ts';
import { onDefaultBus, prepared } from './prepare.ts';
import { directory, hasRecordings, type PatternCase, readCases, type StepCase } from './recordings.ts';
import { describe, type Outcome, type Summary, summarize } from './report.ts';
import { reasonToSkip } from './scope.ts';
import { type ExecutionCase, playExecution, reasonToSkipExecution } from './stepfunctions.ts';
import { playSteps } from './steps.ts';

interface Recording {
  play(): Promise<Outcome[]>;
  /** The least part of the played cases that must pass; absent where the file is only looked at. */
  target?: number;
}

const recordings: Record<string, Recording> = {
  'stepfunctions-jsonata': executions('stepfunctions-jsonata'),
  'stepfunctions-neutral': executions('stepfunctions-neutral'),
  'eventbridge-patterns': {
    play: () => played(readCases<PatternCase>('eventbridge-patterns'), () => undefined, playPattern),
    target: 0.9,
  },
  's3-object-lock': { ...steps('s3-object-lock', 1), target: 1 },
  's3-versioning': { ...steps('s3-versioning', 1), target: 1 },
  's3-conditional': { ...steps('s3-conditional', 1), target: 1 },
  kms: { ...steps('kms', 1), target: 1 },
  'cloudwatch-alarms': { ...steps('cloudwatch-alarms', 5), target: 1 },
  secretsmanager: { ...steps('secretsmanager', 1), target: 1 },
  'stepfunctions-api': { ...steps('stepfunctions-api', 20), target: 1 },
  'eventbridge-inputs': { ...steps('eventbridge-inputs', 20, onDefaultBus), target: 0.9 },
  'eventbridge-rules': steps('eventbridge-rules', 20),
};

/** A case's answers, or what became of it. */
async function played<Case extends { name: string }>(
  cases: Case[],
  reasonAgainst: (recorded: Case) => string | undefined,
  play: (recorded: Case) => Promise<string | undefined>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const recorded of cases.filter(({ name }) => name.includes(part))) {
    const { name } = recorded;
    const reason = reasonAgainst(recorded);
    if (reason) {
      outcomes.push({ name, result: 'skipped', note: reason });
      continue;
    }
    const note = await play(recorded).catch((error: Error) => `threw ${error.stack}`);
    outcomes.push(note === undefined ? { name, result: 'passed' } : { name, result: 'failed', note });
  }
  return outcomes;
}

function executions(file: string): Recording {
  return {
    play: () => played(readCases<ExecutionCase>(file), reasonToSkipExecution, playExecution),
    target: 1,
  };
}

/** `scale` is how much faster than real time the case's durations pass. */
function steps(
  file: string,
  scale: number,
  adapt: (recorded: StepCase) => StepCase = (recorded) => recorded,
): Recording {
  return {
    play: async () => {
      const account = await Account.open(scale);
      const cases = readCases<StepCase>(file).map((recorded) => adapt(prepared(recorded)));
      try {
        return await played(
          cases,
          (recorded) => reasonToSkip(recorded, account),
          (recorded) => playSteps(recorded, scale),
        );
      } finally {
        await account.close();
      }
    },
  };
}

async function main(): Promise<number> {
  if (!hasRecordings()) {
    const message = `No recordings at ${directory}: nothing to compare with (CONFORMANCE_DIR names their folder).`;
    console.log(json ? '{}' : message);
    return 0;
  }
  const summaries: Record<string, Summary> = {};
  const missed: string[] = [];
  for (const [file, recording] of Object.entries(recordings)) {
    if (onlyFile && onlyFile !== file) continue;
    const outcomes = await recording.play();
    summaries[file] = summarize(outcomes);
    if (summaries[file].ratio < (recording.target ?? 0)) missed.push(file);
    if (!json) console.log(describe(file, outcomes));
  }
  if (json) console.log(JSON.stringify(summaries));
  else if (missed.length > 0) console.log(`Below their target: ${missed.join(', ')}`);
  return missed.length === 0 ? 0 : 1;
}

const json = process.argv.includes('--json');
const [onlyFile, part = ''] = process.argv.slice(2).filter((parameter) => parameter !== '--json');
process.exitCode = await main();
