import type { ChoiceState } from '../definition.ts';
import { StateFailure, whileExecuting } from '../failure.ts';
import type { Exit, Visit } from '../visit.ts';

export async function runChoice(visit: Visit<ChoiceState>): Promise<Exit> {
  const { state, input } = visit;
  for (const [index, rule] of state.Choices.entries()) {
    const location = `Choices[${index}]/Condition`;
    const met = await visit.evaluate(rule.Condition, location);
    if (typeof met !== 'boolean') throw visit.wrongType(rule.Condition, location, 'boolean', met);
    if (met) return visit.exit(rule, input, rule.Next);
  }
  if (state.Default === undefined) {
    throw new StateFailure(
      'States.NoChoiceMatched',
      whileExecuting(visit.name, visit.enteredId, 'No choice rule matched and there is no Default.'),
    );
  }
  return visit.exit(state, input, state.Default);
}
