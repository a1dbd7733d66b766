import type { Filter } from '@aws-sdk/client-ec2';
import { ServiceError } from '../contract.ts';

/** How to read what a filter compares; the reader `tag` serves every filter `tag:<key>`. */
type Readers<T> = { tag?: (item: T) => { Key: string; Value: string }[] } & Record<
  string,
  (item: T) => string[] | { Key: string; Value: string }[]
>;

/** Keeps what matches every filter; a filter matches by any of its values, in which `*` stands for anything. */
export function matching<T>(items: T[], filters: Filter[] | undefined, readers: Readers<T>): T[] {
  return (filters ?? []).reduce((left, { Name = '', Values = [] }) => {
    const patterns = Values.map(toPattern);
    return left.filter((item) =>
      valuesOf(item, Name, readers).some((value) => patterns.some((pattern) => pattern.test(value))),
    );
  }, items);
}

function valuesOf<T>(item: T, name: string, readers: Readers<T>): string[] {
  if (name.startsWith('tag:') && readers.tag) {
    const key = name.slice('tag:'.length);
    return readers
      .tag(item)
      .filter(({ Key }) => Key === key)
      .map(({ Value }) => Value);
  }
  const read = name === 'tag' ? undefined : readers[name];
  if (!read) throw new ServiceError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return read(item) as string[];
}

function toPattern(value: string): RegExp {
  const parts = value.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
