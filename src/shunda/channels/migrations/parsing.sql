-- What people write in cells, as values; null when it is none. Used by staging, once for each cell.
-- The common forms are tried first; whatever else people write is tidied and tried again.

create function import_number(written text) returns numeric language plpgsql immutable strict parallel safe as $$
declare
  plain text := written;
begin
  if plain ~ '^[-+]?\d{1,14}(\.\d{1,10})?$' then
    return plain::numeric;
  end if;
  plain := lower(regexp_replace(translate(written, '０１２３４５６７８９．，－＋', '0123456789.,-+'), '[\s¥￥$£€]', '', 'g'));
  return case
    when plain ~ '^[-+]?(\d{1,14}|\d{1,3}(,\d{3}){1,4})(\.\d{1,10})?$' then replace(plain, ',', '')::numeric
    when plain ~ '^[-+]?\d(\.\d{1,17})?e[-+]?\d{1,2}$' then plain::numeric
  end;
end $$;

create function import_rate(written text) returns numeric language plpgsql immutable strict parallel safe as $$
begin
  return case
    when btrim(written) ~ '[%％]$' then import_number(rtrim(btrim(written), '%％')) / 100
    else import_number(written)
  end;
end $$;

create function import_time(written text) returns timestamp language plpgsql immutable strict parallel safe as $$
declare
  plain text := written;
begin
  if plain !~ '^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$' then
    plain := regexp_replace(regexp_replace(btrim(translate(written, '０１２３４５６７８９：－', '0123456789:-')),
      '^(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})日?', '\1-\2-\3'), '\s+', ' ', 'g');
  end if;
  return case
    when plain ~ '^\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$' then
      case when pg_input_is_valid(plain, 'timestamp') then plain::timestamp end
    when plain ~ '^(19|20)\d{6}$' then
      case when pg_input_is_valid(plain, 'date') then plain::date::timestamp end
    when plain ~ '^\d{5}(\.\d+)?$' then  -- a spreadsheet's day number
      case when plain::numeric between 20000 and 80000
        then timestamp '1899-12-30' + plain::numeric * interval '1 day' end
  end;
end $$;
