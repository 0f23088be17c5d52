\set run random(1, 2000000000000000)
select take_orders(h.numbers, h.customers, l.o, l.a, l.q)
from (select array_agg(:client_id::int || '-' || :run::bigint || '-' || i) numbers,
             array_agg(1 + floor(random() * 5000)::int) customers from generate_series(1, 50) i) h,
     (select array_agg(o) o, array_agg(a) a, array_agg(q) q
      from (select o, (n - 1) * 2000 + 1 + floor(random() * 2000)::int a, 1 + floor(random() * 3)::int q
            from generate_series(1, 50) o, generate_series(1, 5) n) lines) l;
