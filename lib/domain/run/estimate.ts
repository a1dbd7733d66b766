/** What a clone costs and takes, roughly: for a person who decides, never for a rule. */
export interface Size {
  instanceClass: string;
  multiAz: boolean;
  /** GiB. */
  allocatedStorage: number;
}

const vcpusOf: Record<string, number> = { micro: 2, small: 2, medium: 2, large: 2, xlarge: 4 };

/** US dollars per vCPU and hour, and per GiB of gp3 and hour: list prices of the order of eu-central-1. */
const usdPerVcpu = 0.13;
const usdPerGib = 0.138 / 730;

/** Seconds until a clone of this size is usable: what RDS needs in any case, and its volume. */
export function restoreSeconds(sizes: readonly Size[]): number {
  const largest = Math.max(0, ...sizes.map(({ allocatedStorage }) => allocatedStorage));
  return 600 + 2 * largest;
}

/** What all clones together cost an hour, in US dollars, rounded to cents. */
export function hourlyUsd(sizes: readonly Size[]): number {
  const sum = sizes.reduce((total, { instanceClass, multiAz, allocatedStorage }) => {
    const one = vcpus(instanceClass) * usdPerVcpu + allocatedStorage * usdPerGib;
    return total + (multiAz ? 2 : 1) * one;
  }, 0);
  return Math.round(sum * 100) / 100;
}

function vcpus(instanceClass: string): number {
  const size = instanceClass.split('.').at(-1) ?? '';
  const many = /^(\d+)xlarge$/.exec(size);
  return many ? Number(many[1]) * 4 : (vcpusOf[size] ?? 2);
}
