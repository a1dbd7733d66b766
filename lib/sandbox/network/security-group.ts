/** One rule as EC2 keeps it: a protocol, a range of ports, one source. */
export interface Rule {
  /** `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all. */
  protocol: string;
  fromPort: number;
  toPort: number;
  cidr?: string;
  groupId?: string;
  description?: string;
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  vpcId: string;
  ingress: Rule[];
  egress: Rule[];
  tags: { Key: string; Value: string }[];
}

/** Whether two rules say the same; a description does not count, as in EC2. */
export function sameRule(one: Rule, other: Rule): boolean {
  return (
    one.protocol === other.protocol &&
    one.fromPort === other.fromPort &&
    one.toPort === other.toPort &&
    one.cidr === other.cidr &&
    one.groupId === other.groupId
  );
}

/** Whether the rule lets TCP connections to this port in. */
export function covers(rule: Rule, port: number): boolean {
  if (rule.protocol === '-1') return true;
  if (rule.protocol !== 'tcp' && rule.protocol !== '6') return false;
  return rule.fromPort <= port && port <= rule.toPort;
}
