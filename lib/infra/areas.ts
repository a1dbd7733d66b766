/** A duty is a kind of act that a signature vouches for; each has a signing key of its own. */
export const duties = ['act', 'validate', 'decide', 'log', 'scan'] as const;
export type Duty = (typeof duties)[number];

export const areas = [
  'trigger',
  'plan',
  'decision',
  'restore',
  'database',
  'validate',
  'sentinel',
  'cutover',
  'evidence',
] as const;
export type Area = (typeof areas)[number];

interface AreaShape {
  duty: Duty;
  /** Speaks SQL, so it runs in the cluster's network. */
  inVpc: boolean;
  timeoutSeconds: number;
  memoryMb: number;
  what: string;
}

/** One function per area: few bundles, few cold starts, one role and one signing key per duty. */
export const areaShapes: Record<Area, AreaShape> = {
  trigger: {
    duty: 'decide',
    inVpc: false,
    timeoutSeconds: 30,
    memoryMb: 512,
    what: 'Looks at the alarm and starts at most one run for an incident',
  },
  plan: {
    duty: 'decide',
    inVpc: false,
    timeoutSeconds: 60,
    memoryMb: 512,
    what: 'Takes the lock, checks preconditions, plans, closes and takes over runs',
  },
  decision: {
    duty: 'decide',
    inVpc: false,
    timeoutSeconds: 30,
    memoryMb: 512,
    what: 'Asks people for approval and puts their decision on record',
  },
  restore: {
    duty: 'act',
    inVpc: false,
    timeoutSeconds: 60,
    memoryMb: 512,
    what: 'Makes, adjusts and removes clones, changes security groups',
  },
  database: {
    duty: 'act',
    inVpc: true,
    timeoutSeconds: 120,
    memoryMb: 512,
    what: 'Fences, prepares and opens databases',
  },
  validate: {
    duty: 'validate',
    inVpc: true,
    timeoutSeconds: 120,
    memoryMb: 1024,
    what: 'Proves that clones are right and that names lead to them',
  },
  sentinel: {
    duty: 'validate',
    inVpc: true,
    timeoutSeconds: 50,
    memoryMb: 512,
    what: 'Checks the invariants of every shard, once a minute',
  },
  cutover: {
    duty: 'act',
    inVpc: false,
    timeoutSeconds: 60,
    memoryMb: 512,
    what: 'Moves and restores DNS names',
  },
  evidence: {
    duty: 'act',
    inVpc: false,
    timeoutSeconds: 60,
    memoryMb: 512,
    what: 'Forks, joins and seals the trail',
  },
};

/** A recovery waits this long, so that no function of the run that it takes over is still acting. */
export const longestFunctionTimeoutSeconds = Math.max(
  ...areas.map((area) => areaShapes[area].timeoutSeconds),
);
