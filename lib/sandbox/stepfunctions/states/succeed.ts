import type { SucceedState } from '../definition.ts';
import type { Exit, Visit } from '../visit.ts';

export function runSucceed(visit: Visit<SucceedState>): Promise<Exit> {
  return visit.exit(visit.state, visit.input, undefined);
}
