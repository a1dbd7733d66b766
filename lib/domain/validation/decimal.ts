/** The exact sum of numbers in decimal notation: `['0.10', '-3']` → `'-2.90'`. Throws a TypeError on anything else. */
export function sumOf(numbers: string[]): string {
  const parsed = numbers.map(parse);
  const scale = Math.max(0, ...parsed.map((number) => number.scale));
  const digits = parsed.reduce(
    (sum, number) => sum + number.digits * 10n ** BigInt(scale - number.scale),
    0n,
  );
  return format(digits, scale);
}

/** Whether two numbers in decimal notation are the same: `0` is `0.00`. */
export function sameNumber(a: string, b: string): boolean {
  return parse(sumOf([a, negated(b)])).digits === 0n;
}

function negated(number: string): string {
  const { digits, scale } = parse(number);
  return format(-digits, scale);
}

function parse(number: string): { digits: bigint; scale: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(number);
  if (!match) throw new TypeError(`Expected a number in decimal notation, got ${JSON.stringify(number)}.`);
  const [, sign, whole, fraction = ''] = match;
  return { digits: BigInt(`${whole}${fraction}`) * (sign ? -1n : 1n), scale: fraction.length };
}

function format(digits: bigint, scale: number): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
