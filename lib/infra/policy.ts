import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What of a cluster's policy shapes the stack; the rest travels to the functions as it is. */
export interface Policy {
  cluster: string;
  residency: { accounts: string[]; regions: string[] };
  network: { vpc: string; availabilityZones: string[]; subnets: string[]; operators: string[] };
  zone: { id: string; name: string };
  shards: { name: string; record: string }[];
  logins: { fencer: string; reader: string; applications: string[] };
}

export function readPolicy(path: string): Policy {
  return parse(readFileSync(path, 'utf8'));
}
