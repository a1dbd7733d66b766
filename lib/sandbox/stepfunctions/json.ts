/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** The length of a value as Step Functions counts it against its limits: bytes of its JSON text in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The word for a value's type in Step Functions' messages. */
export function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
