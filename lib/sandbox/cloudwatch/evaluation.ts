export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type TreatMissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** A period's value; `value` is absent where no sample came. */
export interface Datapoint {
  at: Date;
  value?: number;
  sampleCount?: number;
}

export interface Threshold {
  evaluationPeriods: number;
  datapointsToAlarm: number;
  treatMissingData: TreatMissingData;
  breaches: (value: number) => boolean;
}

export interface Verdict {
  /** `undefined`: the alarm keeps the state it has. */
  state: StateValue | undefined;
  /** Datapoints that were decided on, newest first. */
  evaluated: Datapoint[];
  /** How many periods were filled by the rule for missing data. */
  filled: number;
}

/** CloudWatch looks further back than the evaluation periods, for datapoints that are there. */
export const extraPeriods = 2;

/**
 * Decides an alarm's state. `range` is newest first, `evaluationPeriods + extraPeriods` long. Missing data is
 * treated only for as many periods as there are too few datapoints in the whole range: see "Configuring how
 * CloudWatch alarms treat missing data" in the CloudWatch user guide.
 */
export function evaluate(range: Datapoint[], threshold: Threshold): Verdict {
  const { evaluationPeriods, datapointsToAlarm } = threshold;
  const present = range.filter((datapoint) => datapoint.value !== undefined).slice(0, evaluationPeriods);
  const filled = evaluationPeriods - present.length;
  const breaching = present.filter((datapoint) => threshold.breaches(datapoint.value!)).length;
  const evaluated = present.length > 0 ? present : range.slice(0, evaluationPeriods);
  const verdict = (state: StateValue | undefined): Verdict => ({ state, evaluated, filled });
  if (filled === 0) return verdict(breaching >= datapointsToAlarm ? 'ALARM' : 'OK');
  switch (threshold.treatMissingData) {
    case 'breaching':
      return verdict(breaching + filled >= datapointsToAlarm ? 'ALARM' : 'OK');
    case 'notBreaching':
      return verdict(breaching >= datapointsToAlarm ? 'ALARM' : 'OK');
    case 'ignore':
      if (breaching >= datapointsToAlarm) return verdict('ALARM');
      return verdict(present.length > breaching ? 'OK' : undefined);
    case 'missing':
      if (present.length === 0) return verdict('INSUFFICIENT_DATA');
      return verdict(breaching >= Math.min(datapointsToAlarm, present.length) ? 'ALARM' : 'OK');
  }
}
