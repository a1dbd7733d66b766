import { ServiceError } from '../contract.ts';
import { limits } from './limits.ts';

export interface PageRequest {
  maxResults?: number;
  nextToken?: string;
}

/** One page of a list, and the token of the next one where there is more. */
export function pageOf<Item>(items: Item[], request: PageRequest): { page: Item[]; nextToken?: string } {
  const size = request.maxResults || limits.defaultPageSize;
  if (size > limits.pageSize) {
    throw new ServiceError(
      'ValidationException',
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: ` +
        `Member must have value less than or equal to ${limits.pageSize}`,
    );
  }
  const from = request.nextToken === undefined ? 0 : offsetOf(request.nextToken);
  const to = from + size;
  return { page: items.slice(from, to), ...(to < items.length && { nextToken: tokenOf(to) }) };
}

function tokenOf(offset: number): string {
  return Buffer.from(`page:${offset}`).toString('base64url');
}

function offsetOf(token: string): number {
  const offset = Buffer.from(token, 'base64url')
    .toString()
    .match(/^page:(\d+)$/)?.[1];
  if (offset === undefined) throw new ServiceError('InvalidToken', `Invalid Token: '${token}'`);
  return Number(offset);
}
