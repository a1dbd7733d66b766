/**
 * Whether a text is one query that only reads, as far as its form can say: a single SELECT or WITH … SELECT
 * without a second statement and without words that write. What truly holds is the read-only transaction it
 * runs in; this only tells the author early. Answers what is wrong, or undefined.
 */
export function faultOfQuery(sql: string): string | undefined {
  const bare = withoutLiterals(sql).trim().replace(/;\s*$/, '');
  if (bare.includes(';')) return 'one statement';
  if (!/^(select|with)\b/i.test(bare)) return 'a SELECT';
  const writes =
    /\b(insert|update|delete|merge|truncate|create|alter|drop|grant|revoke|copy|call|do|into|lock)\b/i;
  const found = writes.exec(bare.replace(/\bfor\s+(no\s+key\s+)?update\b/gi, ' lock '));
  return found === null ? undefined : `a query that only reads, without ${found[0].toUpperCase()}`;
}

/** The text with comments and everything in quotes blanked, so that words in them are not taken for SQL. */
function withoutLiterals(sql: string): string {
  return sql
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/"(?:[^"]|"")*"/g, 'quoted')
    .replace(/--[^\n]*/g, ' ')
    .replace(/\/\*[\s\S]*?\*\//g, ' ');
}
