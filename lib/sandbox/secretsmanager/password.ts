import { randomInt } from 'node:crypto';
import { invalidParameter } from './errors.ts';

const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const numbers = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** GetRandomPassword: at least one character of each kind that is not excluded, unless told otherwise. */
export function randomPassword(input: any): string {
  const length = input.PasswordLength ?? 32;
  const kinds = kindsOf(input);
  if (kinds.length === 0) throw invalidParameter('The password would have no characters to be made of.');
  const required = input.RequireEachIncludedType === false ? [] : kinds;
  if (length < 1 || length > 4096 || length < required.length) {
    throw invalidParameter(
      `PasswordLength must be from ${Math.max(required.length, 1)} to 4096, got ${length}`,
    );
  }
  const all = kinds.join('');
  const characters = [
    ...required.map(pick),
    ...Array.from({ length: length - required.length }, () => pick(all)),
  ];
  return shuffle(characters).join('');
}

function kindsOf(input: any): string[] {
  const excluded = new Set(input.ExcludeCharacters ?? '');
  const kinds = [
    input.ExcludeLowercase ? '' : lowercase,
    input.ExcludeUppercase ? '' : lowercase.toUpperCase(),
    input.ExcludeNumbers ? '' : numbers,
    input.ExcludePunctuation ? '' : punctuation,
    input.IncludeSpace ? ' ' : '',
  ];
  return kinds
    .map((kind) => [...kind].filter((character) => !excluded.has(character)).join(''))
    .filter((kind) => kind !== '');
}

function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}
