/** A role, as far as what it may do on the whole server goes. */
export interface Role {
  name: string;
  canLogin: boolean;
  /** `createrole`, `bypassrls`, … */
  attributes: string[];
  memberOf: string[];
}

export interface ReconciledRoles {
  /** Roles that the clone's opening lets in. */
  open: string[];
  /** Roles that could log in at the restore point and stay shut out: gone since, or less powerful today. */
  heldBack: string[];
  /** Roles that could log in to the source and that the clone does not have: made after the restore point. */
  missing: string[];
  /** What makes the clone unfit: an application's login that is not there, or that a restore made more powerful. */
  faults: string[];
}

/**
 * Which of a clone's roles may log in once it opens. A restore revives roles and rights that were taken away after
 * the restore point, so what counts is the source of today: `fenced` are the roles that its fence shut out.
 */
export function reconcileRoles(sides: {
  fenced: string[];
  applications: string[];
  source: Role[];
  clone: Role[];
}): ReconciledRoles {
  const source = new Map(sides.source.map((role) => [role.name, role]));
  const clone = new Map(sides.clone.map((role) => [role.name, role]));
  const missing = sides.fenced.filter((name) => !clone.has(name));
  const revived = sides.fenced.filter((name) => gained(source.get(name), clone.get(name)).length > 0);
  const open = sides.fenced.filter((name) => clone.has(name) && !revived.includes(name));
  const heldBack = sides.clone
    .filter(({ name, canLogin }) => (canLogin && !sides.fenced.includes(name)) || revived.includes(name))
    .map(({ name }) => name);
  const faults = sides.applications.flatMap((name) => {
    if (open.includes(name)) return [];
    if (!sides.fenced.includes(name)) return [`application role ${name} cannot log in to the source today`];
    if (missing.includes(name)) return [`application role ${name} did not exist at the restore point`];
    const rights = gained(source.get(name), clone.get(name)).join(', ');
    return [`application role ${name} has ${rights} again, which it has not on the source`];
  });
  return { open, heldBack, missing, faults };
}

/** Attributes and memberships that a role has on the clone and not on the source. */
function gained(source: Role | undefined, clone: Role | undefined): string[] {
  if (!source || !clone) return [];
  return [
    ...clone.attributes.filter((attribute) => !source.attributes.includes(attribute)),
    ...clone.memberOf
      .filter((role) => !source.memberOf.includes(role))
      .map((role) => `membership in ${role}`),
  ];
}
