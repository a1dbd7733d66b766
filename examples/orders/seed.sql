-- `:orders` orders for one shard, all paid, all booked. Deterministic: the same shard has the same rows every time.
INSERT INTO customers (name, email)
SELECT 'Customer ' || n, 'customer' || n || '@example.com' FROM generate_series(1, greatest(:orders / 10, 1)) n;

INSERT INTO orders (customer_id, idempotency_key, status, total, items, created_at)
SELECT 1 + n % greatest(:orders / 10, 1), 'seed-' || n, (ARRAY['paid', 'shipped'])[1 + n % 2],
       (500 + (n * 7919) % 20000) / 100.0,
       jsonb_build_array(jsonb_build_object('sku', 'sku-' || n % 200, 'quantity', 1 + n % 4)),
       now() - interval '30 days' * (1 - n::float8 / :orders)
FROM generate_series(1, :orders) n;

INSERT INTO payments (order_id, amount, paid_at)
SELECT id, total, created_at FROM orders WHERE idempotency_key LIKE 'seed-%';

INSERT INTO ledger_entries (transfer_id, account, amount, booked_at)
SELECT 'order-' || o.idempotency_key, side.account, side.sign * o.total, o.created_at
FROM orders o, (VALUES ('receivables', -1), ('revenue', 1)) AS side(account, sign)
WHERE o.idempotency_key LIKE 'seed-%';

ANALYZE;
