/**
 * A DNS name as Route 53 keeps it: lower case, with its trailing dot, a star as `\052`.
 */
export function normaliseName(name: string): string {
  const lower = name.toLowerCase().replaceAll('*', '\\052');
  return lower.endsWith('.') ? lower : `${lower}.`;
}

/** Route 53 lists names by their labels from the right: `a.b.` before `c.b.`, both after `b.`. */
export function compareNames(one: string, other: string): number {
  const left = one.split('.').reverse();
  const right = other.split('.').reverse();
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const a = left[at] ?? '';
    const b = right[at] ?? '';
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
