import type { Json } from './json.ts';

/** A value of a definition in which strings of the form `{% … %}` are JSONata expressions. */
export type Template = Json;

/** A literal, or a JSONata expression that gives one. */
type NumberField = number | string;

export interface Block {
  StartAt: string;
  States: Record<string, State>;
}

export interface Definition extends Block {
  Comment?: string;
  QueryLanguage?: string;
  Version?: string;
  TimeoutSeconds?: number;
}

interface Common {
  Comment?: string;
  QueryLanguage?: string;
}

export interface Outcome {
  Assign?: Record<string, Template>;
  Output?: Template;
}

interface Transition {
  Next?: string;
  End?: boolean;
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher extends Outcome {
  ErrorEquals: string[];
  Next: string;
}

interface Recovery {
  Retry?: Retrier[];
  Catch?: Catcher[];
}

export interface PassState extends Common, Outcome, Transition {
  Type: 'Pass';
}

export interface TaskState extends Common, Outcome, Transition, Recovery {
  Type: 'Task';
  Resource: string;
  Arguments?: Template;
  TimeoutSeconds?: NumberField;
  HeartbeatSeconds?: NumberField;
}

interface ChoiceRule extends Outcome {
  Condition: boolean | string;
  Next: string;
  Comment?: string;
}

export interface ChoiceState extends Common, Outcome {
  Type: 'Choice';
  Choices: ChoiceRule[];
  Default?: string;
}

export interface WaitState extends Common, Outcome, Transition {
  Type: 'Wait';
  Seconds?: NumberField;
  Timestamp?: string;
}

export interface SucceedState extends Common {
  Type: 'Succeed';
  Output?: Template;
}

export interface FailState extends Common {
  Type: 'Fail';
  Error?: string;
  Cause?: string;
}

export interface ParallelState extends Common, Outcome, Transition, Recovery {
  Type: 'Parallel';
  Branches: Block[];
  Arguments?: Template;
}

export interface ItemProcessor extends Block {
  ProcessorConfig?: { Mode?: 'INLINE' | 'DISTRIBUTED'; ExecutionType?: string };
}

export interface ItemReader {
  Resource: string;
  Arguments?: Template;
  ReaderConfig?: { InputType?: string; MaxItems?: NumberField; ItemsPointer?: string };
}

interface ItemBatcher {
  MaxItemsPerBatch?: NumberField;
  MaxInputBytesPerBatch?: NumberField;
  BatchInput?: Template;
}

export interface ResultWriter {
  Resource?: string;
  Arguments?: Template;
  WriterConfig?: { OutputType?: string; Transformation?: string };
}

export interface MapState extends Common, Outcome, Transition, Recovery {
  Type: 'Map';
  Items?: Template;
  ItemProcessor?: ItemProcessor;
  /** The older name of ItemProcessor. */
  Iterator?: ItemProcessor;
  ItemSelector?: Template;
  ItemReader?: ItemReader;
  ItemBatcher?: ItemBatcher;
  ResultWriter?: ResultWriter;
  MaxConcurrency?: NumberField;
  ToleratedFailurePercentage?: NumberField;
  ToleratedFailureCount?: NumberField;
  Label?: string;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

export function processorOf(state: MapState): ItemProcessor {
  return (state.ItemProcessor ?? state.Iterator)!;
}
