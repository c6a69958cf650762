//! The tables that are loaded, with the columns that are given; the others keep their defaults.

use crate::db::bulk::{Target, TextIndex};

crate::bulk_target! {
    CUSTOMERS: customers(
        id, name, name_folded, real_name, phone, phone_digits, email, email_folded, external_id, company_id,
        responsible_id, language, note, source_tag, channel_id, channel_kind, blocked, paused, active_count,
        unread_count, last_message_id, last_message_kind, last_message_author_id, last_message_text,
        last_message_attachment, search_text, search_pairs, last_activity_at, created_at,
    );
    ACCOUNTS: channel_accounts(
        id, customer_id, channel_id, address, display_name, username, created_at, last_seen_at,
    );
    TAG_LINKS: customer_tag_links(customer_id, tag_id, active_at);
    PLACES: funnel_places(customer_id, block_id);
    ENTRIES: funnel_entries(id, customer_id, block_id, entered_at);
    DEALS: deals(id, customer_id, stage_id, title, amount, created_by_id, created_at, moved_at);
    HANDLES: customer_handles(id, customer_id, label, value);
    CLAIMS: contact_claims(id, customer_id, kind, value, value_folded, created_at);
    PENDING: pending_actions(id, customer_id, kind, created_at);
    CONVERSATIONS: conversations(
        id, customer_id, channel_id, account_id, status, origin, assignee_id, opened_at, taken_at, first_reply_at,
        last_message_at, closed_at, closed_by_id, close_reason, rating, rating_comment, rated_at, ip, region,
        environment, page_url, referrer,
    );
    CONVERSATION_TAGS: conversation_tag_links(conversation_id, tag_id);
    MESSAGES: messages(
        id, customer_id, conversation_id, channel_id, kind, author_id, body, event, has_attachments, created_at,
    );
    ATTACHMENTS: attachments(id, message_id, customer_id, file_id, name);
    BLOCKS: blocks(id, customer_id, reason, created_by_id, created_at);
    TEXTS: customers(id, search_text);
    BLOCK_REQUESTS: block_requests(id, customer_id, reason, requested_by_id, created_at, status);
}

/// What search looks in on SQLite, filled from [`TEXTS`].
pub const CUSTOMER_TEXTS: TextIndex = TextIndex { name: "customers_fts", table: "customers", columns: TEXTS.columns };

/// All of them: emptied before, and their indexes made after.
pub const ALL: &[&Target] = &[
    &CUSTOMERS,
    &ACCOUNTS,
    &TAG_LINKS,
    &PLACES,
    &ENTRIES,
    &DEALS,
    &HANDLES,
    &CLAIMS,
    &PENDING,
    &CONVERSATIONS,
    &CONVERSATION_TAGS,
    &MESSAGES,
    &ATTACHMENTS,
    &BLOCKS,
    &BLOCK_REQUESTS,
];

/// Their names.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|target| target.table).collect()
}

/// Indexes that few of the rows enter.
pub const SPARSE: &[&str] = &[
    "customers_unread",
    "customers_unread_responsible",
    "customers_unread_sum",
    "customers_blocked",
    "customers_send_failed",
    "customers_unpaired",
    "customers_digit_0",
    "customers_digit_1",
    "customers_digit_2",
    "customers_digit_3",
    "customers_digit_4",
    "customers_digit_5",
    "customers_digit_6",
    "customers_digit_7",
    "customers_digit_8",
    "customers_digit_9",
    "channel_accounts_avatar",
    "conversations_closed_low",
    "conversations_closed_by",
    "conversations_open",
    "conversations_open_assignee",
    "conversations_open_customer",
    "conversations_queued",
    "conversations_mail_token",
    "messages_client",
    "deals_client",
];
