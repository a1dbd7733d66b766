import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One call of a recorded test. */
export interface Step {
  step: number;
  /** `service.Operation` in the spelling of boto3, or `Sleep`. */
  api: string;
  params: Record<string, any>;
  /** Absent where the answer was not kept. */
  expected?: unknown;
  expect_error?: boolean;
  error_mentions?: string;
  /** Set where the test called until the answer was as it wanted. */
  note?: string;
}

/** A value that the test took from an answer, or from several. */
export interface AlsoRecorded {
  key: string;
  after_step?: number;
  /** `step7.Messages[0].Body(parsed)`. */
  taken_from?: string;
  recorded: unknown;
}

export interface StepCase {
  name: string;
  steps: Step[];
  also_recorded?: AlsoRecorded[];
  needs?: unknown;
}

export interface PatternCase {
  name: string;
  pattern?: unknown;
  pattern_text?: string;
  event?: unknown;
  event_text?: string;
  expected: 'match' | 'no-match' | 'exception';
  error?: { code: string; message: string; full_message: string };
}

/** The folder of the recordings, which are not part of this repository. */
export const directory =
  process.env.CONFORMANCE_DIR ?? join(import.meta.dirname, '../../../shared/conformance');

export function hasRecordings(): boolean {
  return existsSync(directory);
}

export function readCases<Case>(file: string): Case[] {
  return JSON.parse(readFileSync(join(directory, `${file}.json`), 'utf8')).cases;
}
