import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { WalArchive } from './postgres/archive.ts';
import { type BaseBackup, takeBaseBackup } from './postgres/base-backup.ts';
import type { ServerSettings } from './postgres/configuration.ts';
import type { PostgresHome } from './postgres/home.ts';
import { layOutClone, type Recovery } from './postgres/recovery.ts';
import { masterSetup } from './postgres/roles.ts';
import { Serial } from './postgres/serial.ts';
import { PostgresServer } from './postgres/server.ts';

const second = 1000;

export interface DatabasePlace {
  /** Names the folders; the DbiResourceId. */
  resourceId: string;
  address: string;
  port: number;
}

export interface NewDatabase {
  masterUsername: string;
  masterPassword: string;
  databaseName?: string;
  parameters: Record<string, string>;
}

/** Milliseconds of the real work: copying the base backup; replaying WAL until writable. */
export interface RestoreTimings {
  copyMs: number;
  recoveryMs: number;
}

/** The PostgreSQL side of one instance: its server, its archived WAL, its base backups. */
export class Database {
  readonly server: PostgresServer;
  readonly #home: PostgresHome;
  readonly #place: DatabasePlace;
  readonly #archive: WalArchive;
  readonly #backups: BaseBackup[] = [];
  /** A server is started, reloaded and restarted by one at a time. */
  readonly #serial = new Serial();
  #parameters: Record<string, string> = {};
  #recovery: Recovery | undefined;
  #latest: Date | undefined;
  #uploading: Promise<void> | undefined;
  #backingUp: Promise<BaseBackup> | undefined;

  constructor(home: PostgresHome, place: DatabasePlace) {
    this.#home = home;
    this.#place = place;
    this.#archive = new WalArchive(join(home.directory, 'archive', place.resourceId));
    this.server = new PostgresServer(home, this.#folder, () => this.#settings());
  }

  /** The first whole second that a restore can end at; undefined before the first base backup. */
  get earliestRestorableTime(): Date | undefined {
    return this.#backups[0] && firstSecondAfter(this.#backups[0].endedAt);
  }

  /** The last whole second for which a later commit is in the archive; undefined before the first upload. */
  get latestRestorableTime(): Date | undefined {
    const { earliestRestorableTime } = this;
    if (!this.#latest || !earliestRestorableTime || this.#latest < earliestRestorableTime) return undefined;
    return this.#latest;
  }

  /** Starts an empty database with its master user. It lets nobody in before `allow`. */
  create(options: NewDatabase): Promise<void> {
    return this.#serial.run(() => this.#create(options));
  }

  async #create(options: NewDatabase): Promise<void> {
    await this.#makeFolders();
    await this.#home.copy([this.#home.template], this.server.data);
    this.#parameters = options.parameters;
    await this.server.start([]);
    await this.server.asSuperuser(async (client) => {
      for (const statement of masterSetup(options.masterUsername, options.masterPassword))
        await client.query(statement);
      if (options.databaseName) {
        const owner = escapeIdentifier(options.masterUsername);
        await client.query(
          `CREATE DATABASE ${escapeIdentifier(options.databaseName)} OWNER ${owner} STRATEGY file_copy`,
        );
      }
    });
  }

  /**
   * Becomes a copy of another database as it was at `target`: its newest base backup that ended before,
   * and its WAL up to the last commit at or before `target`. Gives the milliseconds of both parts.
   * It lets nobody in before `allow`.
   */
  restore(source: Database, target: Date, parameters: Record<string, string>): Promise<RestoreTimings> {
    return this.#serial.run(() => this.#restore(source, target, parameters));
  }

  async #restore(
    source: Database,
    target: Date,
    parameters: Record<string, string>,
  ): Promise<RestoreTimings> {
    const backup = source.#backups.findLast((each) => firstSecondAfter(each.endedAt) <= target);
    if (!backup) throw new Error(`No base backup of the source ended before ${target.toISOString()}.`);
    await this.#makeFolders();
    const copyMs = await layOutClone(this.#home, backup, this.server.data);
    const began = performance.now();
    this.#parameters = parameters;
    this.#recovery = { archive: source.#archive.directory, target };
    await this.server.start([]);
    const recoveryMs = performance.now() - began;
    this.#recovery = undefined;
    return { copyMs, recoveryMs };
  }

  /** Lets new connections in from these address ranges only; established ones go on. */
  allow(sources: string[]): Promise<void> {
    return this.#serial.run(() => this.server.reload(sources));
  }

  async backUp(): Promise<void> {
    const number = this.#backups.length + 1;
    const directory = await this.#home.makeDirectory(join(this.#backupFolder, String(number)));
    await this.#home.makeDirectory(join(directory, 'data'));
    const archived = (segment: string) => this.#archive.waitFor(segment, this.server);
    const taking = takeBaseBackup(this.#home, this.server, directory, archived);
    this.#backingUp = taking;
    this.#backups.push(await taking);
  }

  /** Sends the WAL so far to the archive and moves the latest restorable time; one at a time. */
  async upload(): Promise<void> {
    this.#uploading ??= this.#archive
      .upload(this.server)
      .then((latest) => {
        this.#latest = latest;
      })
      .finally(() => {
        this.#uploading = undefined;
      });
    await this.#uploading;
  }

  /** Forgets every backup: what setting the retention to 0 does. */
  async dropBackups(): Promise<void> {
    this.#backups.length = 0;
    this.#latest = undefined;
    await rm(this.#backupFolder, { recursive: true, force: true });
  }

  /** Brings parameters that need no restart into force; an undefined one goes back to its default. */
  applyParameters(changed: Record<string, string | undefined>): Promise<void> {
    return this.#serial.run(() => {
      const all = Object.entries({ ...this.#parameters, ...changed });
      this.#parameters = Object.fromEntries(
        all.filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      return this.server.reload();
    });
  }

  restart(parameters: Record<string, string>): Promise<void> {
    return this.#serial.run(async () => {
      await this.server.stop('fast');
      this.#parameters = parameters;
      await this.server.start();
    });
  }

  async setMasterPassword(username: string, password: string): Promise<void> {
    await this.server.asSuperuser((client) =>
      client.query(`ALTER ROLE ${escapeIdentifier(username)} PASSWORD ${escapeLiteral(password)}`),
    );
  }

  /** Ends the server and whatever is going on with its files. */
  async close(): Promise<void> {
    await this.server.close();
    const idle = this.#serial.run(async () => undefined);
    await Promise.allSettled([idle, this.#backingUp, this.#uploading]);
  }

  /** Ends the server and removes its data; what restores need stays where `keepBackups` is set. */
  async remove(keepBackups: boolean): Promise<void> {
    await this.close();
    await rm(this.#folder, { recursive: true, force: true });
    if (keepBackups) return;
    await this.dropBackups();
    await rm(this.#archive.directory, { recursive: true, force: true });
  }

  get #folder(): string {
    return join(this.#home.directory, 'instances', this.#place.resourceId);
  }

  get #backupFolder(): string {
    return join(this.#home.directory, 'backups', this.#place.resourceId);
  }

  get #socketFolder(): string {
    return join(this.#home.directory, 's', this.#place.resourceId);
  }

  #settings(): ServerSettings {
    return {
      address: this.#place.address,
      port: this.#place.port,
      socketDirectory: this.#socketFolder,
      archive: this.#archive.directory,
      parameters: this.#parameters,
      recovery: this.#recovery,
    };
  }

  async #makeFolders(): Promise<void> {
    await this.#home.makeDirectory(this.#folder);
    await this.#home.makeDirectory(this.#socketFolder);
    await this.#home.makeDirectory(this.#archive.directory);
  }
}

/** A backup's end is known to the millisecond, cut; PostgreSQL's clock has microseconds. */
function firstSecondAfter(moment: Date): Date {
  return new Date(Math.ceil((moment.getTime() + 1) / second) * second);
}
