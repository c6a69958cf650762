-- Σ ends a Greek word as ς and stands within it as σ, and STRASSE is how capitals write Straße: whatever is compared regardless of
-- case holds σ and ss from now on. Customers are folded anew in the background after the start, past the mark in settings.
-- Where two names become the same one, both stay as they are: the engine keeps each but once.
ALTER TABLE channel_accounts ADD COLUMN found_by TEXT;
INSERT INTO settings (key, value) SELECT 'refolded_customers', '0' WHERE EXISTS (SELECT 1 FROM customers);
UPDATE companies SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE name_folded LIKE '%ς%' OR name_folded LIKE '%ß%';
UPDATE quick_replies SET search = REPLACE(REPLACE(search, 'ς', 'σ'), 'ß', 'ss') WHERE search LIKE '%ς%' OR search LIKE '%ß%';
UPDATE quick_replies SET shortcut_folded = REPLACE(REPLACE(shortcut_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (shortcut_folded LIKE '%ς%' OR shortcut_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM quick_replies o WHERE o.id <> quick_replies.id AND REPLACE(REPLACE(o.shortcut_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(quick_replies.shortcut_folded, 'ς', 'σ'), 'ß', 'ss') AND COALESCE(o.owner_id, 0) = COALESCE(quick_replies.owner_id, 0));
UPDATE customer_tags SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM customer_tags o WHERE o.id <> customer_tags.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(customer_tags.name_folded, 'ς', 'σ'), 'ß', 'ss'));
UPDATE conversation_tags SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM conversation_tags o WHERE o.id <> conversation_tags.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(conversation_tags.name_folded, 'ς', 'σ'), 'ß', 'ss') AND COALESCE(o.parent_id, 0) = COALESCE(conversation_tags.parent_id, 0));
UPDATE customer_lists SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM customer_lists o WHERE o.id <> customer_lists.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(customer_lists.name_folded, 'ς', 'σ'), 'ß', 'ss'));
UPDATE commands SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM commands o WHERE o.id <> commands.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(commands.name_folded, 'ς', 'σ'), 'ß', 'ss'));
UPDATE saved_filters SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM saved_filters o WHERE o.id <> saved_filters.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(saved_filters.name_folded, 'ς', 'σ'), 'ß', 'ss') AND o.shared = saved_filters.shared AND (o.shared OR o.owner_id = saved_filters.owner_id));
UPDATE pipelines SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM pipelines o WHERE o.id <> pipelines.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(pipelines.name_folded, 'ς', 'σ'), 'ß', 'ss'));
UPDATE deal_stages SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM deal_stages o WHERE o.id <> deal_stages.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(deal_stages.name_folded, 'ς', 'σ'), 'ß', 'ss') AND o.pipeline_id = deal_stages.pipeline_id);
UPDATE funnels SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM funnels o WHERE o.id <> funnels.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(funnels.name_folded, 'ς', 'σ'), 'ß', 'ss'));
UPDATE funnel_blocks SET name_folded = REPLACE(REPLACE(name_folded, 'ς', 'σ'), 'ß', 'ss')
  WHERE (name_folded LIKE '%ς%' OR name_folded LIKE '%ß%') AND NOT EXISTS (SELECT 1 FROM funnel_blocks o WHERE o.id <> funnel_blocks.id AND REPLACE(REPLACE(o.name_folded, 'ς', 'σ'), 'ß', 'ss') = REPLACE(REPLACE(funnel_blocks.name_folded, 'ς', 'σ'), 'ß', 'ss') AND o.funnel_id = funnel_blocks.funnel_id);
