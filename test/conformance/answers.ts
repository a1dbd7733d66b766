import { unfold } from './compare.ts';
import type { Placeholders } from './placeholders.ts';

/** Lists whose order says something; others may come in any. */
const ordered = /\.(Versions|DeleteMarkers|Contents|events|executions|stateMachineVersions)$/;

/** Members that AWS gives by now and did not when older answers were recorded. */
const addedLater = [
  'encryptionConfiguration',
  'redriveCount',
  'redriveStatus',
  'inputDetails',
  'outputDetails',
  'ActionExecutedAfterMuteWindow',
  'CurrentKeyMaterialId',
  'KeyMaterialId',
];

/** The first difference between a recorded answer and one of the SDK's; undefined where there is none. */
export function firstDifference(
  recorded: unknown,
  got: unknown,
  placeholders: Placeholders,
): string | undefined {
  return differ(unfold(recorded), unfold(got), 'answer', placeholders);
}

function differ(recorded: any, got: any, path: string, placeholders: Placeholders): string | undefined {
  if (isEmpty(recorded) && isEmpty(got)) return undefined;
  if (typeof recorded === 'string') {
    if (placeholders.matches(recorded, got) || isClientsOwn(recorded, got)) return undefined;
  } else if (Array.isArray(recorded)) {
    if (Array.isArray(got) && got.length === recorded.length)
      return differInList(recorded, got, path, placeholders);
  } else if (recorded !== null && typeof recorded === 'object') {
    if (recorded.$base64 !== undefined) return differ(recorded.$base64, got, path, placeholders);
    if (got !== null && typeof got === 'object' && !Array.isArray(got)) {
      return differInObject(recorded, got, path, placeholders);
    }
  } else if (recorded === got) return undefined;
  return `${path}: recorded ${shown(recorded)}, got ${shown(got)}`;
}

function differInObject(
  recorded: any,
  got: any,
  path: string,
  placeholders: Placeholders,
): string | undefined {
  const left = new Set(Object.keys(got));
  for (const [name, value] of Object.entries(recorded).sort(bySimplicity)) {
    if (value === hyphenated(name) && got[name] !== undefined) {
      left.delete(name);
      continue;
    }
    const own = [...left].find((candidate) => placeholders.copy().matches(name, candidate));
    if (own !== undefined) {
      placeholders.matches(name, own);
      left.delete(own);
    }
    const found = differ(value, own === undefined ? undefined : got[own], `${path}.${name}`, placeholders);
    if (found) return found;
  }
  const surplus = [...left].find((name) => !addedLater.includes(name) && !isEmpty(got[name]));
  return surplus && `${path}.${surplus}: nothing recorded, got ${shown(got[surplus])}`;
}

function differInList(
  recorded: any[],
  got: any[],
  path: string,
  placeholders: Placeholders,
): string | undefined {
  const attempt = placeholders.copy();
  const found = recorded
    .map((item, index) => differ(item, got[index], `${path}[${index}]`, attempt))
    .find((difference) => difference !== undefined);
  if (found === undefined) {
    placeholders.adopt(attempt);
    return undefined;
  }
  if (ordered.test(path)) return found;
  const left = [...got];
  for (const item of recorded) {
    const at = left.findIndex(
      (candidate) => differ(item, candidate, path, placeholders.copy()) === undefined,
    );
    if (at < 0) return found;
    differ(item, left[at], path, placeholders);
    left.splice(at, 1);
  }
  return undefined;
}

/** Without a body the SDK for JavaScript names a type of its own, boto3 none, so that S3's default stays. */
function isClientsOwn(recorded: string, got: unknown): boolean {
  return recorded === 'binary/octet-stream' && got === 'application/octet-stream';
}

/** What has one placeholder tells its value; what has two is matched knowing it. */
function bySimplicity([, left]: [string, unknown], [, right]: [string, unknown]): number {
  return placeholdersIn(left) - placeholdersIn(right);
}

function placeholdersIn(value: unknown): number {
  return typeof value === 'string' ? value.split('<').length : 0;
}

/** `ciphertext-blob` stands for any CiphertextBlob. */
export function hyphenated(name: string): string {
  return name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** boto3 gives an absent list or map as an empty one, the SDK for JavaScript leaves it out. */
function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 400);
}
