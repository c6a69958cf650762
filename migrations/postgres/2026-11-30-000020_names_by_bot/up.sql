-- Telegram's messages are named after their bot, too: each counts by itself. The channel's bot is the one that was told last.
WITH bots AS MATERIALIZED (
  SELECT c.id, COALESCE(
    (SELECT split_part(e.dedupe_key, ':', 1) FROM hook_events e
     WHERE e.channel_id = c.id AND e.dedupe_key LIKE '%:%' ORDER BY e.id DESC LIMIT 1),
    CASE WHEN c.poll_cursor LIKE '%:%' THEN split_part(c.poll_cursor, ':', 1) END
  ) AS bot
  FROM channels c WHERE c.kind = 'telegram'
)
UPDATE message_refs SET provider_id = bots.bot || ':' || provider_id
FROM bots WHERE bots.id = message_refs.channel_id AND bots.bot IS NOT NULL;
