/** What became of one recorded case. `note` is the first difference, or why the case was not played. */
export interface Outcome {
  name: string;
  result: 'passed' | 'failed' | 'skipped';
  note?: string;
}

export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  /** Of the cases played; 1 where none was. */
  ratio: number;
}

export function summarize(outcomes: Outcome[]): Summary {
  const count = (result: Outcome['result']) => outcomes.filter((outcome) => outcome.result === result).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  return { passed, failed, skipped, ratio: passed + failed === 0 ? 1 : passed / (passed + failed) };
}

/** Counts, reasons for skipping with their number, and each failing case with its first difference. */
export function describe(file: string, outcomes: Outcome[]): string {
  const { passed, failed, skipped, ratio } = summarize(outcomes);
  const reasons = new Map<string, number>();
  for (const { result, note = '' } of outcomes) {
    if (result === 'skipped') reasons.set(note, (reasons.get(note) ?? 0) + 1);
  }
  return [
    `${file}: ${passed} passed, ${failed} failed, ${skipped} skipped (${(ratio * 100).toFixed(1)} % of those played)`,
    ...[...reasons].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `  ${count} skipped: ${reason}`),
    ...outcomes
      .filter(({ result }) => result === 'failed')
      .map(({ name, note }) => `  failed: ${name}\n      ${note}`),
  ].join('\n');
}
