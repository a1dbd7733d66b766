import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { isAutomatic, preauthorisationOf } from '../../lib/domain/run/declaration.ts';
import { defineStep } from '../step.ts';
import type { DecisionPorts } from './ports.ts';

/** Puts on record by which rule a run needs no person: the policy arms its class, or it moves nothing. */
export const RecordPreauthorisation = defineStep({
  name: 'RecordPreauthorisation',
  records: 'finding',
  kind: 'decision',
  input: z.object({}),
  output: z.object({ rule: z.enum(['alarm', 'drill']), incident: z.string() }),
  evidence: ({ rule, incident }) => ({ decision: 'preauthorised', by: [], rule, incident }),
  async run({ run }, { policy, documents }: DecisionPorts) {
    const automatic = isAutomatic(await documents.incident(run.cluster), run.execution);
    const rule = preauthorisationOf(run, policy, automatic);
    if (rule !== undefined) return { rule, incident: run.incident };
    throw new RollbackError(
      'NotArmed',
      `Expected class ${run.class} to be pre-authorised and the run to be the alarm's own, got ${automatic ? 'an alarm' : 'a person'} and a class that is not.`,
    );
  },
});
