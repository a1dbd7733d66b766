/** Quotas of Step Functions that the sandbox holds a state machine to. Bytes and counts; durations in milliseconds. */
export const limits = {
  dataBytes: 262_144,
  historyEvents: 25_000,
  definitionBytes: 1_048_576,
  inlineMapConcurrency: 40,
  distributedMapConcurrency: 10_000,
  nameLength: 80,
  errorLength: 256,
  causeLength: 32_768,
  redriveWindowMs: 14 * 24 * 3_600_000,
  pageSize: 1000,
  defaultPageSize: 100,
} as const;
