import type { RequestKeys } from '../../resource-policy/conditions.ts';

/** One thing that must be allowed for a request: an action on a resource, and what conditions can ask about it. */
export interface Need {
  /** `rds:DeleteDBInstance` */
  action: string;
  /** An ARN; `*` for an action that is about no resource in particular. */
  resource: string;
  keys?: RequestKeys;
}

/** What the tables of needs may know of the account. */
export interface AccountView {
  readonly account: string;
  readonly region: string;
  now(): Date;
  /** What a service answers the account's owner; undefined where it answers with an error. */
  look(service: string, operation: string, input: object): Promise<any>;
}

/** Everything that a request of one service needs. */
export type NeedsOf = (operation: string, input: any, view: AccountView) => Need[] | Promise<Need[]>;

/** The ARN of something in the account and region. */
export function arnOf({ region, account }: AccountView, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}
