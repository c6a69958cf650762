-- Whose later words begin with a text, in the order of a telephone book: a last name is looked up as often as a first one.
CREATE INDEX customers_later_name ON customers (SUBSTR(name_folded, INSTR(name_folded, ' ') + 1), name_folded, id)
  WHERE INSTR(name_folded, ' ') > 0;
