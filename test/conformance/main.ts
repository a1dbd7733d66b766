import { Account } from './account.ts';
import { playPattern } from './patterns.ts';
import { prepared } from './prepare.ts';
import { directory, hasRecordings, type PatternCase, readCases, type StepCase } from './recordings.ts';
import { describe, type Outcome, type Summary, summarize } from './report.ts';
import { reasonToSkip } from './scope.ts';
import { playSteps } from './steps.ts';

/** By file, how much faster than real time its durations pass. */
const stepFiles: Record<string, number> = {
  's3-object-lock': 1,
  's3-versioning': 1,
  's3-conditional': 1,
  kms: 1,
  'cloudwatch-alarms': 5,
  secretsmanager: 1,
  'stepfunctions-api': 20,
  'eventbridge-rules': 20,
  'eventbridge-inputs': 20,
};

async function main(parameters: string[]): Promise<number> {
  const json = parameters.includes('--json');
  const [onlyFile, part = ''] = parameters.filter((parameter) => parameter !== '--json');
  if (!hasRecordings()) {
    console.log(
      json
        ? '{}'
        : `No recordings at ${directory}: nothing to compare with (CONFORMANCE_DIR names their folder).`,
    );
    return 0;
  }
  const summaries: Record<string, Summary> = {};
  for (const file of ['eventbridge-patterns', ...Object.keys(stepFiles)]) {
    if (onlyFile && onlyFile !== file) continue;
    const outcomes = await playFile(file, part);
    summaries[file] = summarize(outcomes);
    if (!json) console.log(describe(file, outcomes));
  }
  if (json) console.log(JSON.stringify(summaries));
  return 0;
}

async function playFile(file: string, part: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const account = await Account.open(1);
  const cases = readCases<StepCase & PatternCase>(file);
  for (const recorded of file === 'eventbridge-patterns' ? cases : cases.map(prepared)) {
    const { name } = recorded;
    if (!name.includes(part)) continue;
    const reason = file === 'eventbridge-patterns' ? undefined : reasonToSkip(recorded, account);
    if (reason) {
      outcomes.push({ name, result: 'skipped', note: reason });
      continue;
    }
    const played =
      file === 'eventbridge-patterns' ? playPattern(recorded) : playSteps(recorded, stepFiles[file]!);
    const note = await played.catch((error: Error) => `threw ${error.stack}`);
    outcomes.push(note === undefined ? { name, result: 'passed' } : { name, result: 'failed', note });
  }
  await account.close();
  return outcomes;
}

process.exitCode = await main(process.argv.slice(2));
