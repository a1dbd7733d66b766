import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { TransactionLine } from './config.ts';

/** Statements of one business transaction, without BEGIN and COMMIT. */
export type Body = (client: pg.Client, key: string) => Promise<void>;

/** An order with its payment and the two ledger entries that book it. */
export const placeOrder: Body = async (client, key) => {
  const total = (Math.floor(Math.random() * 20_000) + 500) / 100;
  await client.query(
    `WITH placed AS (
       INSERT INTO orders (customer_id, idempotency_key, status, total, items)
       VALUES ((SELECT id FROM customers ORDER BY id LIMIT 1), $1, 'paid', $2::numeric, '[{"sku": "sku-1", "quantity": 1}]')
       RETURNING id, total),
     paid AS (INSERT INTO payments (order_id, amount) SELECT id, total FROM placed)
     INSERT INTO ledger_entries (transfer_id, account, amount)
     SELECT $3, side.account, side.sign * $2::numeric FROM (VALUES ('receivables', -1), ('revenue', 1)) AS side(account, sign)`,
    [key, total, `order-${key}`],
  );
};

/** One half of a transfer between two shards: the other half is booked on the other shard, by another transaction. */
export function bookHalf(transfer: string, account: string, amount: string): Body {
  return async (client, key) => {
    await leaveKey(client, key);
    await client.query('INSERT INTO ledger_entries (transfer_id, account, amount) VALUES ($1, $2, $3)', [
      transfer,
      account,
      amount,
    ]);
  };
}

/** Books a half back whose other half could not be booked; nothing where a rollback has taken the half itself back. */
export function returnHalf(transfer: string, account: string, amount: string): Body {
  return async (client, key) => {
    await leaveKey(client, key);
    await client.query(
      `INSERT INTO ledger_entries (transfer_id, account, amount)
       SELECT $1, $2, $3::numeric WHERE EXISTS (SELECT FROM ledger_entries WHERE transfer_id = $1)`,
      [transfer, account, amount],
    );
  };
}

/** An order of nothing, by whose key the transaction can be found again. */
async function leaveKey(client: pg.Client, key: string): Promise<void> {
  await client.query(
    `INSERT INTO orders (customer_id, idempotency_key, status, total)
     VALUES ((SELECT id FROM customers ORDER BY id LIMIT 1), $1, 'open', 0)`,
    [key],
  );
}

/**
 * Runs one transaction and tells what the application knows of it afterwards. Never throws: a failed statement
 * is `failed`, a COMMIT without an answer `unknown`; `broken` says whether the connection can be used again.
 */
export async function transact(
  client: pg.Client,
  shard: string,
  server: string,
  body: Body,
): Promise<{ line: TransactionLine; broken: boolean; error?: unknown }> {
  const line: TransactionLine = {
    key: randomUUID(),
    shard,
    xid: null,
    sentAt: new Date().toISOString(),
    commitSentAt: null,
    ackedAt: null,
    state: 'failed',
    server,
  };
  try {
    await client.query('BEGIN');
    await body(client, line.key);
    const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
    line.xid = rows[0]?.xid ?? null;
    line.commitSentAt = new Date().toISOString();
    line.state = 'unknown';
    await client.query('COMMIT');
    line.ackedAt = new Date().toISOString();
    line.state = 'acknowledged';
    return { line, broken: false };
  } catch (error) {
    return { line, broken: true, error };
  }
}
