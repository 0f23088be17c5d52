create function bigrams(s text) returns text language sql immutable strict parallel safe as $$
  -- each line of the text becomes its pairs of characters; "brk" between lines keeps phrases from crossing them
  select coalesce(string_agg(pairs, ' brk ' order by n), '')
  from (
    select n, (select string_agg(substr(t, i, 2), ' ' order by i) from generate_series(1, greatest(length(t) - 1, 1)) i) pairs
    from (
      select n, lower(regexp_replace(line, '[^[:alnum:]]', '', 'g')) t
      from regexp_split_to_table(s, E'\n') with ordinality lines(line, n)
    ) words
    where t <> ''
  ) lines
$$;

create function bigram_query(s text) returns tsquery language sql immutable strict parallel safe as $$
  -- every word must occur; a word of one character matches the beginning of a pair
  select coalesce(string_agg('(' || phrase || ')', ' & '), '')::tsquery
  from (
    select case when length(t) = 1 then quote_literal(t) || ':*'
           else (select string_agg(quote_literal(substr(t, i, 2)), ' <-> ' order by i)
                 from generate_series(1, length(t) - 1) i) end phrase
    from (
      select lower(regexp_replace(word, '[^[:alnum:]]', '', 'g')) t
      from regexp_split_to_table(s, '\s+') word
    ) words
    where t <> ''
  ) phrases
$$;
