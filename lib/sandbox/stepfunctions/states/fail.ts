import type { FailState } from '../definition.ts';
import { StateFailure } from '../failure.ts';
import type { Exit, Visit } from '../visit.ts';

export async function runFail(visit: Visit<FailState>): Promise<Exit> {
  const error = await text(visit, 'Error');
  const cause = await text(visit, 'Cause');
  throw new StateFailure(error, cause);
}

async function text(visit: Visit<FailState>, field: 'Error' | 'Cause'): Promise<string | undefined> {
  const template = visit.state[field];
  if (template === undefined) return undefined;
  const value = await visit.evaluate(template, field);
  if (typeof value !== 'string') throw visit.wrongType(template, field, 'string', value);
  return value;
}
