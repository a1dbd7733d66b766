import type { Duty } from './areas.ts';

/** What a stack needs to know of where evidence goes: ARNs only, so that it may lie in another account. */
export interface Evidence {
  bucketName: string;
  bucketArn: string;
  /** `<domain>/<account>/<region>/<bucket>`: the name of the log, in every record. */
  origin: string;
  /** `name` is the key's name in the signature line of a note. */
  keys: Record<Duty, { keyArn: string; name: string }>;
}
