import { CommandFailed, runAs } from '../postgres/command.ts';
import type { PostgresHome } from '../postgres/home.ts';

/** One parameter that PostgreSQL knows. */
export interface KnownParameter {
  name: string;
  description: string;
  /** `static` ones need a restart. */
  applyType: 'static' | 'dynamic';
  dataType: 'boolean' | 'integer' | 'float' | 'string';
  allowedValues: string | undefined;
}

const dataTypes = {
  BOOLEAN: 'boolean',
  INTEGER: 'integer',
  REAL: 'float',
  STRING: 'string',
  ENUM: 'string',
} as const;

/** What the installed PostgreSQL says of its own parameters, and of a value for one. */
export class ParameterCatalogue {
  readonly #home: PostgresHome;
  readonly #known: Map<string, KnownParameter>;

  private constructor(home: PostgresHome, known: Map<string, KnownParameter>) {
    this.#home = home;
    this.#known = known;
  }

  static async read(home: PostgresHome): Promise<ParameterCatalogue> {
    const table = await runAs(home.account, home.binaries.postgres, ['--describe-config']);
    const rows = table.split('\n').filter((line) => line.includes('\t'));
    return new ParameterCatalogue(
      home,
      new Map(rows.map((line) => parseRow(line)).map((each) => [each.name, each])),
    );
  }

  get(name: string): KnownParameter | undefined {
    return this.#known.get(name);
  }

  all(): KnownParameter[] {
    return [...this.#known.values()];
  }

  /** PostgreSQL's own complaint about a value, or undefined where it takes it. */
  async complaint(name: string, value: string): Promise<string | undefined> {
    try {
      const { account, binaries, template } = this.#home;
      await runAs(account, binaries.postgres, ['-D', template, '-C', name, '-c', `${name}=${value}`]);
      return undefined;
    } catch (error) {
      if (error instanceof CommandFailed) return /FATAL:\s*(.*)/.exec(error.stderr)?.[1] ?? error.stderr;
      throw error;
    }
  }
}

/** Columns, separated by tabs: name, context, group, type, default, smallest, largest, description, more. */
function parseRow(line: string): KnownParameter {
  const [name = '', context, , type, , smallest, largest, description = ''] = line.split('\t');
  return {
    name,
    description,
    applyType: context === 'postmaster' ? 'static' : 'dynamic',
    dataType: dataTypes[type as keyof typeof dataTypes] ?? 'string',
    allowedValues: type === 'BOOLEAN' ? '0,1' : smallest && largest ? `${smallest}-${largest}` : undefined,
  };
}
