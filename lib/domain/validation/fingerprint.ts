/** What rows are, whatever their order: how many, and XOR and sum of their 64-bit hashes, all in decimal. */
export interface Fingerprint {
  rows: string;
  xor: string;
  sum: string;
}

export const noRows: Fingerprint = { rows: '0', xor: '0', sum: '0' };

/** The fingerprint of both parts' rows together. */
export function combined(a: Fingerprint, b: Fingerprint): Fingerprint {
  return {
    rows: String(BigInt(a.rows) + BigInt(b.rows)),
    xor: String(BigInt(a.xor) ^ BigInt(b.xor)),
    sum: String(BigInt(a.sum) + BigInt(b.sum)),
  };
}
