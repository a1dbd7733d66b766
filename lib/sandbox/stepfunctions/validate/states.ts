import { integrationOf } from '../integrations/resources.ts';
import { itemFormats } from '../map/reader.ts';
import { isPart, type Part, type Problems } from './problems.ts';
import { checkAssign, checkRecovery } from './recovery.ts';

const common = ['Type', 'Comment', 'QueryLanguage'];
const transition = ['Next', 'End'];
const outcome = ['Assign', 'Output'];
const recovery = ['Retry', 'Catch'];
const mapFields = ['Items', 'ItemProcessor', 'Iterator', 'ItemSelector', 'MaxConcurrency'];
const distributedFields = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'ToleratedFailurePercentage',
  'ToleratedFailureCount',
  'Label',
];

const fields: Record<string, string[]> = {
  Pass: [...transition, ...outcome],
  Task: [
    ...transition,
    ...outcome,
    ...recovery,
    'Resource',
    'Arguments',
    'TimeoutSeconds',
    'HeartbeatSeconds',
  ],
  Choice: [...outcome, 'Choices', 'Default'],
  Wait: [...transition, ...outcome, 'Seconds', 'Timestamp'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
  Parallel: [...transition, ...outcome, ...recovery, 'Branches', 'Arguments'],
  Map: [...transition, ...outcome, ...recovery, ...mapFields, ...distributedFields],
};

export const stateTypes = ['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map'];

/** Checks one state by itself: its fields, and what its type asks of them. */
export function checkState(state: Part, at: string, problems: Problems): void {
  const type = state.Type as string;
  problems.unknownFields(state, [...common, ...fields[type]!], at);
  if (fields[type]!.includes('Next')) checkTransition(state, at, problems);
  for (const field of [
    'Output',
    'Arguments',
    'Items',
    'ItemSelector',
    'Error',
    'Cause',
    'Timestamp',
    'Seconds',
  ]) {
    problems.template(state[field], `${at}/${field}`);
  }
  checkAssign(state, at, problems);
  checkRecovery(state, at, problems);
  specific[type]?.(state, at, problems);
}

const specific: Record<string, (state: Part, at: string, problems: Problems) => void> = {
  Task: checkTask,
  Choice: checkChoice,
  Wait: (state, at, problems) => {
    problems.number(state, 'Seconds', at, 0);
    if ((state.Seconds === undefined) === (state.Timestamp === undefined)) {
      problems.add("A Wait state must have exactly one of 'Seconds' and 'Timestamp'", at);
    }
    if (typeof state.Timestamp === 'string' && !isExpression(state.Timestamp) && !isTime(state.Timestamp)) {
      problems.add('String does not match RFC3339 timestamp', `${at}/Timestamp`);
    }
  },
  Parallel: (state, at, problems) => {
    if (!Array.isArray(state.Branches)) problems.add("The field 'Branches' must be a list", at);
    else if (state.Branches.length === 0) problems.add('Value cannot be empty', `${at}/Branches`);
  },
  Map: checkMap,
};

function isExpression(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}');
}

function isTime(text: string): boolean {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  return form.test(text) && !Number.isNaN(Date.parse(text));
}

function checkTransition(state: Part, at: string, problems: Problems): void {
  if (state.Next !== undefined) problems.text(state, 'Next', at);
  if (state.End !== undefined && typeof state.End !== 'boolean') {
    problems.add(`The field 'End' must be a boolean but was ${JSON.stringify(state.End)}`, `${at}/End`);
  }
  if ((state.Next !== undefined) === (state.End === true)) {
    problems.add("A state must have either 'Next' or 'End': true", at);
  }
}

function checkTask(state: Part, at: string, problems: Problems): void {
  problems.text(state, 'Resource', at);
  if (typeof state.Resource === 'string' && !integrationOf(state.Resource)) {
    problems.add(`The sandbox has no integration for the resource '${state.Resource}'`, `${at}/Resource`);
  }
  problems.number(state, 'TimeoutSeconds', at, 1);
  problems.number(state, 'HeartbeatSeconds', at, 1);
  problems.template(state.TimeoutSeconds, `${at}/TimeoutSeconds`);
  problems.template(state.HeartbeatSeconds, `${at}/HeartbeatSeconds`);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    problems.add('HeartbeatSeconds must be less than TimeoutSeconds', at);
  }
}

function checkChoice(state: Part, at: string, problems: Problems): void {
  if (!Array.isArray(state.Choices) || state.Choices.length === 0 || !state.Choices.every(isPart)) {
    problems.add("The field 'Choices' must be a list of at least one rule", at);
    return;
  }
  for (const [index, rule] of state.Choices.entries()) {
    const place = `${at}/Choices[${index}]`;
    problems.unknownFields(rule, ['Comment', 'Condition', 'Next', ...outcome], place);
    problems.text(rule, 'Next', place);
    if (rule.Condition === undefined)
      problems.add("The field 'Condition' is required but was missing", place);
    problems.template(rule.Condition, `${place}/Condition`);
    problems.template(rule.Output, `${place}/Output`);
    checkAssign(rule, place, problems);
  }
}

function checkMap(state: Part, at: string, problems: Problems): void {
  const processor = state.ItemProcessor ?? state.Iterator;
  if (!isPart(processor)) {
    problems.add("The field 'ItemProcessor' is required but was missing", at);
    return;
  }
  const config = (processor.ProcessorConfig ?? {}) as Part;
  problems.oneOf(config, 'Mode', `${at}/ItemProcessor/ProcessorConfig`, ['INLINE', 'DISTRIBUTED']);
  if (config.ExecutionType === 'EXPRESS') {
    problems.add(
      'The sandbox runs STANDARD children only',
      `${at}/ItemProcessor/ProcessorConfig/ExecutionType`,
    );
  }
  if (config.Mode !== 'DISTRIBUTED') {
    for (const field of ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'].filter(
      (name) => name in state,
    )) {
      problems.add(`The field '${field}' needs the processor mode DISTRIBUTED`, at);
    }
  }
  for (const field of ['MaxConcurrency', 'ToleratedFailurePercentage', 'ToleratedFailureCount']) {
    problems.number(state, field, at, 0);
    problems.template(state[field], `${at}/${field}`);
  }
  if (state.Label !== undefined && !/^[^\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]{1,40}$/u.test(String(state.Label))) {
    problems.add(
      `'${state.Label}' cannot be a label: 1 to 40 characters, none of them special`,
      `${at}/Label`,
    );
  }
  checkReader(state, at, problems);
  checkWriter(state, at, problems);
}

function checkReader(state: Part, at: string, problems: Problems): void {
  if (isPart(state.ItemBatcher)) {
    problems.unknownFields(
      state.ItemBatcher,
      ['MaxItemsPerBatch', 'MaxInputBytesPerBatch', 'BatchInput'],
      `${at}/ItemBatcher`,
    );
    problems.template(state.ItemBatcher, `${at}/ItemBatcher`);
  }
  if (!isPart(state.ItemReader)) return;
  const place = `${at}/ItemReader`;
  problems.unknownFields(state.ItemReader, ['Resource', 'Arguments', 'ReaderConfig'], place);
  problems.template(state.ItemReader, place);
  if (state.Items !== undefined) problems.add("A Map has either 'Items' or 'ItemReader'", at);
  if (!/^arn:[^:]+:states:::s3:getObject$/.test(String(state.ItemReader.Resource))) {
    problems.add(`The sandbox reads items by s3:getObject, not by '${state.ItemReader.Resource}'`, place);
  }
  const config = (state.ItemReader.ReaderConfig ?? {}) as Part;
  problems.unknownFields(config, ['InputType', 'MaxItems', 'ItemsPointer'], `${place}/ReaderConfig`);
  problems.oneOf(config, 'InputType', `${place}/ReaderConfig`, itemFormats);
}

function checkWriter(state: Part, at: string, problems: Problems): void {
  if (!isPart(state.ResultWriter)) return;
  const place = `${at}/ResultWriter`;
  problems.unknownFields(state.ResultWriter, ['Resource', 'Arguments'], place);
  problems.template(state.ResultWriter, place);
  if (!/^arn:[^:]+:states:::s3:putObject$/.test(String(state.ResultWriter.Resource))) {
    problems.add(
      `The sandbox writes results by s3:putObject, not by '${state.ResultWriter.Resource}'`,
      place,
    );
  }
}
