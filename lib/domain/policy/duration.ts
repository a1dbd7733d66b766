const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of a duration that the policy's schema let through: `90s`, `30m`, `2h`, `1d`. */
export function durationSeconds(duration: string): number {
  const unit = duration.at(-1) as keyof typeof secondsPer;
  return Number(duration.slice(0, -1)) * secondsPer[unit];
}
