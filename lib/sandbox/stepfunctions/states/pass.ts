import type { PassState } from '../definition.ts';
import type { Exit, Visit } from '../visit.ts';

export function runPass(visit: Visit<PassState>): Promise<Exit> {
  return visit.exit(visit.state, visit.input, visit.state.Next);
}
