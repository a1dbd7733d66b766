import { compile, expressionOf } from '../jsonata.ts';

/** A part of a definition, as JSON that nobody has checked yet. */
export type Part = Record<string, unknown>;

/** Everything that is wrong with a definition, each with the place where it stands. */
export class Problems {
  readonly found: string[] = [];

  add(problem: string, at: string, kind = 'SCHEMA_VALIDATION_FAILED'): void {
    this.found.push(`${kind}: ${problem} at ${at || '/'}`);
  }

  /** Fields that are not among the allowed ones; those of JSONPath are named as such. */
  unknownFields(part: Part, allowed: readonly string[], at: string): void {
    for (const field of Object.keys(part)) {
      if (allowed.includes(field)) continue;
      const why = isJsonPathField(field)
        ? `The field '${field}' belongs to JSONPath; only JSONata is supported`
        : `The field '${field}' is not supported`;
      this.add(why, at);
    }
  }

  text(part: Part, field: string, at: string): void {
    if (part[field] === undefined) this.add(`The field '${field}' is required but was missing`, at);
    else if (typeof part[field] !== 'string' || part[field] === '') {
      this.add(`The field '${field}' must be text but was ${JSON.stringify(part[field])}`, `${at}/${field}`);
    }
  }

  /** A number in its bounds, or (where `expression` is allowed) a JSONata expression. */
  number(part: Part, field: string, at: string, least: number, expression = true): void {
    const value = part[field];
    if (value === undefined) return;
    if (expression && typeof value === 'string' && expressionOf(value) !== undefined) return;
    if (typeof value !== 'number' || value < least) {
      const expected = `a number of at least ${least}${expression ? ' or a JSONata expression' : ''}`;
      this.add(`The field '${field}' must be ${expected} but was ${JSON.stringify(value)}`, `${at}/${field}`);
    }
  }

  oneOf(part: Part, field: string, at: string, allowed: readonly unknown[]): void {
    if (part[field] !== undefined && !allowed.includes(part[field])) {
      const list = allowed.join(', ');
      this.add(`The field '${field}' should have one of these values: [${list}]`, `${at}/${field}`);
    }
  }

  /** Every expression inside a template must compile. */
  template(template: unknown, at: string): void {
    if (typeof template === 'string') this.#expression(template, at);
    else if (Array.isArray(template)) {
      for (const [index, item] of template.entries()) this.template(item, `${at}[${index}]`);
    } else if (isPart(template)) {
      for (const [name, value] of Object.entries(template)) {
        if (name.endsWith('.$')) {
          this.add(`The field '${name}' belongs to JSONPath; only JSONata is supported`, at);
        }
        this.template(value, `${at}/${name}`);
      }
    }
  }

  #expression(text: string, at: string): void {
    const expression = expressionOf(text);
    if (expression === undefined) return;
    try {
      compile(expression);
    } catch (error) {
      this.add(`The JSONata expression '${expression}' is malformed: ${(error as Error).message}`, at);
      return;
    }
    if (/\$eval\s*\(/.test(expression)) {
      this.add(`The JSONata expression '${expression}' uses $eval, which Step Functions does not allow`, at);
    }
  }
}

export function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const jsonPathFields = ['Parameters', 'ResultSelector', 'Result', 'Variable'];

function isJsonPathField(field: string): boolean {
  return field.endsWith('Path') || jsonPathFields.includes(field);
}
