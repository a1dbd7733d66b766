import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { errorCatalogue } from '../errors.ts';
import type { Json } from './canonical.ts';

/** The record of format version 1: which fields there are, and which `data` each kind may carry. */

export const version = 1;

/** The signed text and its newline, in bytes: what KMS signs as it is. */
export const maxSignedBytes = 4096;

/** No object of the trail is larger, blobs apart. */
export const maxObjectBytes = 8192;

export const kinds = [
  'open',
  'fork',
  'intent',
  'outcome',
  'decision',
  'join',
  'notice',
  'custody',
  'key',
  'policy',
  'scan',
  'refusal',
  'erase',
  'seal',
] as const;
export type Kind = (typeof kinds)[number];

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const short = z.string().check(z.maxLength(256));
const text = z.string().check(z.maxLength(1024));
const errorName = z.enum(Object.keys(errorCatalogue) as [string, ...string[]]);
const sqlstate = z.string().check(z.regex(/^[0-9A-Z]{5}$/));

/** What a step puts on record of its own: the step names each field; their form is bounded here. */
const facts = z.record(z.string(), z.unknown());

const incarnation = z.strictObject({ resourceId: short, timeline: z.int().check(z.positive()) });

const undo = z.strictObject({ step: short, target: short });

const laneHead = z.strictObject({ lane: short, seq: z.int().check(z.gte(0)), hash });

const verdict = z.enum(['ok', 'failed', 'unknown']);

/** A list too long for its record lies in the record's blob. */
const listed = <Item extends z.core.$ZodType>(item: Item) => z.optional(z.array(item));

const dataOf = {
  open: z.strictObject({
    cluster: short,
    execution: short,
    epoch: z.int(),
    mode: z.enum(['execute', 'drill', 'plan']),
    class: short,
    incident: short,
    commander: short,
    reason: z.optional(text),
    policy: hash,
    rules: z.optional(facts),
  }),
  fork: z.strictObject({ phase: short, count: z.int(), lanes: listed(short) }),
  intent: z.strictObject({
    target: short,
    undo: z.optional(undo),
    incarnation: z.optional(incarnation),
    facts: z.optional(facts),
  }),
  outcome: z.strictObject({
    target: short,
    result: verdict,
    /** It judges what it saw and changed nothing: no intent goes before it. */
    finding: z.optional(z.literal(true)),
    error: z.optional(errorName),
    sqlstate: z.optional(sqlstate),
    incarnation: z.optional(incarnation),
    facts: z.optional(facts),
  }),
  decision: z.strictObject({
    decision: z.enum(['approved', 'denied', 'timedOut', 'preauthorised', 'requested']),
    by: z.array(short),
    facts: z.optional(facts),
  }),
  join: z.strictObject({
    phase: short,
    count: z.int(),
    ok: z.int(),
    failed: z.int(),
    heads: listed(laneHead),
  }),
  notice: z.strictObject({ about: short, facts: z.optional(facts) }),
  custody: z.strictObject({ resource: short, action: short, facts: z.optional(facts) }),
  key: z.strictObject({ keyArn: short, action: short, facts: z.optional(facts) }),
  policy: z.strictObject({ policy: hash, action: short, facts: z.optional(facts) }),
  scan: z.strictObject({ verdict: short, facts: z.optional(facts) }),
  refusal: z.strictObject({ error: errorName, event: short, facts: z.optional(facts) }),
  erase: z.strictObject({ subject: hash, keyArn: short }),
  seal: z.strictObject({ result: verdict, error: z.optional(errorName), facts: z.optional(facts) }),
} satisfies Record<Kind, z.core.$ZodType>;

export type DataOf = { [K in Kind]: z.infer<(typeof dataOf)[K]> };

const actor = z.strictObject({
  /** The function and its version, or the tool that acted. */
  function: short,
  version: z.optional(short),
  request: z.optional(short),
  role: z.optional(short),
  /** Source identity or Identity Center id of the person behind it. */
  person: z.optional(short),
});
export type Actor = z.infer<typeof actor>;

const recordSchema = z.strictObject({
  v: z.literal(version),
  log: short,
  run: short,
  lane: short,
  seq: z.int().check(z.gte(0)),
  prev: hash,
  time: z.int().check(z.gte(0)),
  kind: z.enum(kinds),
  step: short,
  op: short,
  actor,
  data: z.record(z.string(), z.unknown()),
  blob: z.optional(z.strictObject({ sha256: hash, size: z.int().check(z.positive()) })),
  final: z.optional(z.literal(true)),
  late: z.optional(z.literal(true)),
  void: z.optional(z.literal(true)),
});

export type AuditRecord = Omit<z.infer<typeof recordSchema>, 'data'> &
  { [K in Kind]: { kind: K; data: DataOf[K] } }[Kind];

/** What a writer is asked to put on record; place, time and chain are the trail's to add. */
export type RecordDraft = {
  [K in Kind]: { kind: K; data: DataOf[K] };
}[Kind] & { step: string; op: string; final?: true; late?: true };

export interface FieldFault {
  /** Dotted path of the field. */
  path: string;
  message: string;
}

/** Checks an object against the closed schema of its kind; `data` comes back typed. */
export function parseRecord(value: Record<string, Json>): { record: AuditRecord } | { fault: FieldFault } {
  const outer = z.safeParse(recordSchema, value);
  if (!outer.success) return { fault: fault(outer.error, '') };
  const data = z.safeParse(dataOf[outer.data.kind] as z.core.$ZodType, outer.data.data);
  if (!data.success) return { fault: fault(data.error, 'data.') };
  return { record: value as unknown as AuditRecord };
}

/** The hash by which a record is known: SHA-256 over the whole object, signature included. */
export function recordHash(object: Uint8Array): string {
  return createHash('sha256').update(object).digest('hex');
}

function fault(error: z.core.$ZodError, prefix: string): FieldFault {
  const issue = error.issues[0]!;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : issue.path;
  return { path: `${prefix}${path.join('.')}`, message: issue.message };
}
