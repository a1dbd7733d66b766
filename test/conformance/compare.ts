/**
 * Comparing an answer with a recorded one: placeholders stand for anything, JSON inside text is compared as JSON,
 * and what depends on the day or the machine is left out.
 */

const noise = ['timestamp', 'SdkHttpMetadata', 'SdkResponseMetadata', 'roleArn', 'redriveCount'];
const wholeTextPlaceholders =
  /^(timestamp|datetime|date|start-date|stop-date|entered-time|snf_role_arn|map_run_arn|x-amzn-RequestId|X-Amzn-Trace-Id)$/;

/** Parses text that holds an object or a list, at any depth. */
export function unfold(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith('{') && !value.startsWith('[')) return value;
    try {
      return unfold(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(unfold);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unfold(member)]));
}

/** The differences, each with its path; none where the answer is as recorded. */
export function differences(recorded: unknown, got: unknown, path: string): string[] {
  if (typeof recorded === 'string' && matches(recorded, got)) return [];
  if (Array.isArray(recorded)) {
    if (!Array.isArray(got) || got.length !== recorded.length) return [difference(recorded, got, path)];
    return recorded.flatMap((item, index) => differences(item, got[index], `${path}[${index}]`));
  }
  if (isObject(recorded)) {
    if (!isObject(got)) return [difference(recorded, got, path)];
    const names = new Set([...Object.keys(recorded), ...Object.keys(got)]);
    return [...names]
      .filter((name) => !noise.includes(name))
      .flatMap((name) => differences(recorded[name], got[name], `${path}.${name}`));
  }
  return recorded === got ? [] : [difference(recorded, got, path)];
}

function matches(recorded: string, got: unknown): boolean {
  if (wholeTextPlaceholders.test(recorded)) return true;
  if (!/<[^<>]+>/.test(recorded)) return false;
  if (/^<[^<>]+>$/.test(recorded)) return true;
  const pattern = recorded
    .split(/<[^<>]+>|1{12}|datetime/)
    .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+');
  return typeof got === 'string' && new RegExp(`^${pattern}$`, 's').test(got);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function difference(recorded: unknown, got: unknown, path: string): string {
  return `${path}: recorded ${JSON.stringify(recorded)?.slice(0, 300)}, got ${JSON.stringify(got)?.slice(0, 300)}`;
}
