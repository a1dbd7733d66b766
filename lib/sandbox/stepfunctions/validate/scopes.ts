import { isPart, type Part, type Problems } from './problems.ts';

/**
 * A variable belongs to the block that assigns it, and blocks inside may only read it. A Distributed Map's children
 * see none of the variables outside.
 */
export function checkScopes(
  block: Part,
  at: string,
  problems: Problems,
  outer: ReadonlySet<string> = new Set(),
): void {
  if (!isPart(block.States)) return;
  const states = Object.entries(block.States).filter((entry): entry is [string, Part] => isPart(entry[1]));
  for (const [name, state] of states) {
    for (const variable of assignedIn(state)) {
      if (outer.has(variable)) {
        problems.add(
          `'${variable}' is assigned outside and cannot be assigned again inside`,
          `${at}/States/${name}`,
        );
      }
    }
  }
  for (const [name, state] of states) {
    // What the state itself assigns comes after its blocks: they may use the same names.
    const others = states.filter(([other]) => other !== name).flatMap(([, other]) => assignedIn(other));
    const visible = new Set([...outer, ...others]);
    const place = `${at}/States/${name}`;
    if (Array.isArray(state.Branches)) {
      for (const [index, branch] of state.Branches.entries()) {
        if (isPart(branch)) checkScopes(branch, `${place}/Branches[${index}]`, problems, visible);
      }
    }
    const processor = state.ItemProcessor ?? state.Iterator;
    if (isPart(processor)) {
      const distributed =
        isPart(processor.ProcessorConfig) && processor.ProcessorConfig.Mode === 'DISTRIBUTED';
      checkScopes(processor, `${place}/ItemProcessor`, problems, distributed ? new Set() : visible);
    }
  }
}

function assignedIn(state: Part): string[] {
  const lists = [state.Choices, state.Catch].filter(Array.isArray).flat().filter(isPart);
  return [state, ...lists].flatMap(({ Assign }) => (isPart(Assign) ? Object.keys(Assign) : []));
}
