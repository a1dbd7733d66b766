import type { Login } from '../../lib/adapters/postgres/connection.ts';
import type { Databases, Documents } from '../databases.ts';

/** A login's next password in Secrets Manager, beside the current one until it is promoted. */
export interface Rotation {
  /** The pending version of this request: made with `password` at the first call, the same one ever after. */
  pending(secret: string, requestToken: string, password: string): Promise<Login>;
  /** Makes the pending version of this request the current one. */
  promote(secret: string, requestToken: string): Promise<void>;
}

export interface DatabasePorts {
  databases: Databases;
  documents: Documents;
  rotation: Rotation;
  /** 256 random bits in hexadecimal. */
  randomToken(): string;
}
