import { describe, expect, test } from '@jest/globals';
import { evaluate, type TreatMissingData } from '../../../../lib/sandbox/cloudwatch/evaluation.ts';

/** `0` good, `X` breaching, `-` missing; oldest first, as the CloudWatch user guide prints them. */
function decide(range: string, datapointsToAlarm: number, treatMissingData: TreatMissingData) {
  const datapoints = range
    .split(' ')
    .reverse()
    .map((mark, index) => ({ at: new Date(-index), value: { '0': 0, X: 1 }[mark] }));
  const breaches = (value: number) => value > 0;
  return evaluate(datapoints, { evaluationPeriods: 3, datapointsToAlarm, treatMissingData, breaches }).state;
}

const treatments: TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const kept = undefined;

describe('three out of three, as the user guide has it', () => {
  test.each([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', ['INSUFFICIENT_DATA', kept, 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - X - -', ['ALARM', kept, 'ALARM', 'OK']],
  ])('%s', (range, states) => {
    expect(treatments.map((treatment) => decide(range, 3, treatment))).toEqual(states);
  });
});

describe('two out of three, as the user guide has it', () => {
  test.each([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - X -', ['ALARM', kept, 'ALARM', 'OK']],
  ])('%s', (range, states) => {
    expect(treatments.map((treatment) => decide(range, 2, treatment))).toEqual(states);
  });
});
