// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the notation of Fn::Sub
import { describe, expect, test } from '@jest/globals';
import { evaluate, type Scope } from '../../../../lib/sandbox/cloudformation/intrinsics.ts';

const scope: Scope = {
  template: {
    Conditions: {
      Yes: { 'Fn::Equals': ['a', { Ref: 'Letter' }] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    },
    Mappings: { Sizes: { small: { memory: 128 } } },
    Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  },
  pseudoParameters: { 'AWS::Region': 'eu-central-1', 'AWS::Partition': 'aws' },
  parameters: { Letter: 'a' },
  resources: new Map([['Queue', { id: 'http://queue', attributes: { Arn: 'arn:queue' } }]]),
  exports: new Map([['Shared', 'value']]),
};

describe('an expression', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref to a parameter', { Ref: 'Letter' }, 'a'],
    ['Ref to a resource', { Ref: 'Queue' }, 'http://queue'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-central-1'],
    ['GetAtt', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['GetAtt with a dot', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:queue'],
    ['Sub', { 'Fn::Sub': '${AWS::Partition}-${Queue.Arn}-${Letter}-${!Kept}' }, 'aws-arn:queue-a-${Kept}'],
    ['Sub with variables', { 'Fn::Sub': ['${x}${Letter}', { x: { Ref: 'Letter' } }] }, 'aa'],
    ['Join', { 'Fn::Join': ['', ['a', { Ref: 'Letter' }]] }, 'aa'],
    [
      'Select and Split',
      { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Queue', 'Arn'] }] }] },
      'queue',
    ],
    ['If', { 'Fn::If': ['Yes', 1, 2] }, 1],
    ['If, negated', { 'Fn::If': ['No', 1, 2] }, 2],
    [
      'NoValue',
      { a: 1, b: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, c: [{ Ref: 'AWS::NoValue' }, 2] },
      { a: 1, c: [2] },
    ],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
    ['ImportValue', { 'Fn::ImportValue': 'Shared' }, 'value'],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['a policy’s Condition', { Condition: { Bool: { x: 'true' } } }, { Condition: { Bool: { x: 'true' } } }],
  ])('%s', (_name, expression, value) => {
    expect(evaluate(expression, scope)).toEqual(value);
  });

  test.each<[unknown, RegExp]>([
    [{ Ref: 'Nobody' }, /no parameter or resource Nobody/],
    [
      { 'Fn::GetAtt': ['Queue', 'Colour'] },
      /gives Queue \(AWS::SQS::Queue\) no attribute Colour; it has: Arn/,
    ],
    [{ 'Fn::ImportValue': 'Nothing' }, /No deployed stack exports Nothing/],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, /no intrinsic function Fn::Cidr/],
    [{ 'Fn::Select': [3, ['a']] }, /no element 3 in a list of 1/],
    [{ 'Fn::If': ['Perhaps', 1, 2] }, /no condition Perhaps/],
  ])('%j is refused', (expression, message) => {
    expect(() => evaluate(expression, scope)).toThrow(message);
  });
});
