import type { ControlStore } from '../../../../lib/adapters/aws/control-store.ts';

/** A control bucket in memory; `before` may let somebody else be faster. */
export class MemoryStore implements ControlStore {
  readonly objects = new Map<string, { text: string; etag: string }>();
  before: (key: string) => void = () => {};
  private version = 0;

  async read<T>(key: string) {
    const found = this.objects.get(key);
    return found && { value: JSON.parse(found.text) as T, etag: found.etag };
  }

  async create(key: string, value: unknown) {
    this.before(key);
    if (this.objects.has(key)) return false;
    this.put(key, value);
    return true;
  }

  async replace(key: string, value: unknown, etag: string) {
    this.before(key);
    if (this.objects.get(key)?.etag !== etag) return false;
    this.put(key, value);
    return true;
  }

  put(key: string, value: unknown): void {
    this.objects.set(key, { text: JSON.stringify(value), etag: `"${++this.version}"` });
  }

  value(key: string): any {
    const found = this.objects.get(key);
    return found && JSON.parse(found.text);
  }
}
