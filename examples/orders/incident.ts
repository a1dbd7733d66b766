import { connect, type Login } from './workload/connect.ts';

/** What the bad deploy runs: a migration that was meant to turn euros into cents, on a tenth of the rows, and a clean-up. */
export const badDeploy = [
  'UPDATE orders SET total = total * 100 WHERE id % 10 = 3',
  "DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE status = 'paid' AND id % 50 = 7)",
];

/** Rows that only the bad deploy can have made, as a count. */
export const damagedRows = `
  SELECT (SELECT count(*) FROM orders o JOIN (SELECT order_id, sum(amount) AS paid FROM payments GROUP BY order_id) p
            ON p.order_id = o.id WHERE o.total <> p.paid)
       + (SELECT count(*) FROM orders o WHERE o.status IN ('paid', 'shipped')
            AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.id)) AS damaged`;

/** Runs the bad deploy on one shard as the application would, and tells when it was committed. */
export async function damage(options: {
  address: string;
  port: number;
  database: string;
  login: Login;
  localAddress: string;
}): Promise<{ committedAt: Date; rows: number }> {
  const client = await connect(options);
  try {
    let rows = 0;
    await client.query('BEGIN');
    for (const statement of badDeploy) rows += (await client.query(statement)).rowCount ?? 0;
    await client.query('COMMIT');
    return { committedAt: new Date(), rows };
  } finally {
    await client.end();
  }
}
