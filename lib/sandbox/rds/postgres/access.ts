import { superuser } from './home.ts';

/**
 * The whole pg_hba.conf. The superuser comes in over the private socket only; everyone else over TCP
 * only, with a password, and from these address ranges only. Whoever matches no line is refused.
 */
export function renderAccess(sources: string[]): string {
  const rules = [
    `local all ${superuser} scram-sha-256`,
    `host all ${superuser} all reject`,
    ...sources.map((source) => `host all all ${source} scram-sha-256`),
  ];
  return `${rules.join('\n')}\n`;
}
