/** One figure of the bench. */
export interface Figure {
  key: string;
  value: number;
  /** The largest value that is good enough. */
  limit: number;
  how: string;
  /** What lies behind the figure, where that helps to see why. */
  detail?: unknown;
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
