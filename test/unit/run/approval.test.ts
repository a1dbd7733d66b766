import { expect, test } from '@jest/globals';
import { addVote, isDecided, personOf, type Vote } from '../../../lib/domain/run/approval.ts';

const vote = (person: string, decision: Vote['decision'] = 'approve'): Vote => ({
  person,
  decision,
  reason: 'seen',
  at: '2026-11-22T03:31:00Z',
});

test.each([
  ['arn:aws:iam::111122223333:user/ops/ada', 'ada'],
  [
    'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Oncall_0123456789abcdef/ada@example.com',
    'ada@example.com',
  ],
  ['arn:aws:iam::111122223333:root', 'root'],
])('%s is a person', (arn, person) => {
  expect(personOf(arn)).toBe(person);
});

test('a role whose bearer chooses the session name is nobody', () => {
  expect(() => personOf('arn:aws:sts::111122223333:assumed-role/deployer/ada')).toThrow(
    /Expected an IAM user or a person of Identity Center to vote, got .*deployer/,
  );
});

test("a person's later vote takes the place of the earlier, however it is written", () => {
  const votes = addVote([vote('Ada'), vote('bob')], vote('ada', 'deny'), 'eve');

  expect(votes).toEqual([vote('bob'), vote('ada', 'deny')]);
});

test('whoever asked cannot approve, but can deny', () => {
  expect(() => addVote([], vote('EVE'), 'eve')).toThrow(/somebody beside eve/);
  expect(addVote([], vote('eve', 'deny'), 'eve')).toHaveLength(1);
});

test.each([
  [[], 1, false],
  [[vote('ada')], 1, true],
  [[vote('ada')], 2, false],
  [[vote('ada'), vote('ADA')], 2, false],
  [[vote('ada'), vote('eve')], 2, false],
  [[vote('ada'), vote('bob')], 2, true],
  [[vote('ada', 'deny')], 2, true],
])('%j by a quorum of %i: decided is %s', (votes, quorum, decided) => {
  expect(isDecided(votes, { quorum, requester: 'eve' })).toBe(decided);
});
