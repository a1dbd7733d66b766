/**
 * Placeholders of the recordings. Within a case each stands for one value, which is learnt from the first answer
 * that holds it, or made up where a request needs it before.
 */
export class Placeholders {
  #values: Map<string, string>;

  constructor(values: Map<string, string> = new Map()) {
    this.#values = values;
  }

  /** Puts values into a text of a request; what is not known yet gets a value of its own. */
  fill(text: string): string {
    return text
      .replace(anyPlaceholder, (placeholder) => {
        const value = this.#values.get(placeholder) ?? placeholder.replace(/[^A-Za-z0-9_-]/g, '');
        this.#values.set(placeholder, value);
        return value;
      })
      .replace(/(?<=.)<[A-Za-z][A-Za-z-]*$/, '');
  }

  /** Says what a placeholder is, unless it is known. */
  learn(placeholder: string, value: string): void {
    if (!this.#values.has(placeholder)) this.#values.set(placeholder, value);
  }

  /** Whether a recorded text can stand for this value; if so, learns what its placeholders are. */
  matches(recorded: string, got: unknown): boolean {
    if (timeWords.test(recorded)) return got !== undefined;
    const names = recorded.match(anyPlaceholder);
    if (!names && !times.test(recorded)) return recorded === got;
    if (noise.test(recorded)) return true;
    const text = typeof got === 'string' ? got : JSON.stringify(got);
    if (text === undefined) return false;
    const pattern = recorded
      .split(anyPlaceholder)
      .map(escaped)
      .reduce((left, right, index) => {
        const known = this.#values.get(names![index - 1]!);
        return left + (known === undefined ? '(.+)' : `(${escaped(known)})`) + right;
      });
    const found = new RegExp(`^${pattern}$`, 's').exec(text);
    if (!found) return false;
    for (const [index, name] of (names ?? []).entries()) this.#values.set(name, found[index + 1]!);
    return true;
  }

  /** The same knowledge apart, for an attempt that may come to nothing. */
  copy(): Placeholders {
    return new Placeholders(new Map(this.#values));
  }

  adopt(other: Placeholders): void {
    this.#values = other.#values;
  }
}

/** Times inside a text. */
const times = /datetime|\btimestamp\b|\bdate\b|MM\/DD\/YY HH:MM:SS/;
const anyPlaceholder = /<[A-Za-z][^<>\s"{}]*>/g;
const timeWords = /^(timestamp|datetime|date|start-date|stop-date|entered-time|<timestamp>)$/;
const noise = /^<(omitted|name-server|.*request.id|status:\d+|.*host-id.*)>$/;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(new RegExp(times, 'g'), '.+');
}
