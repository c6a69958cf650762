-- The highest place that a file of the reply has ever had: none is given again, or an open composer would send another file.
ALTER TABLE quick_replies ADD COLUMN last_place INTEGER NOT NULL DEFAULT 0;
UPDATE quick_replies SET last_place = (SELECT MAX(position) FROM quick_reply_files WHERE reply_id = quick_replies.id)
  WHERE EXISTS (SELECT 1 FROM quick_reply_files WHERE reply_id = quick_replies.id);
