//! The tables as both engines have them. Made from the migrations; the schema test compares them.

diesel::table! {
    mails (message_id) {
        message_id -> BigInt,
        customer_id -> BigInt,
        subject -> Text,
        sender -> Text,
        recipients -> Text,
        copies -> Text,
        bcc -> Text,
        quoted -> Text,
        is_cut -> Bool,
        html_file_id -> Nullable<BigInt>,
        original_file_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_pictures (message_id, cid) {
        message_id -> BigInt,
        cid -> Text,
        file_id -> BigInt,
    }
}

diesel::table! {
    anonymous_blocks (mark) {
        mark -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        channel_id -> BigInt,
        name -> Text,
        token_hash -> Text,
        created_by_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    app_events (id) {
        id -> BigInt,
        channel_id -> BigInt,
        customer_id -> Nullable<BigInt>,
        kind -> Text,
        payload -> Text,
        created_at -> Timestamp,
        waits -> Bool,
    }
}

diesel::table! {
    attachments (id) {
        id -> BigInt,
        message_id -> BigInt,
        customer_id -> BigInt,
        file_id -> BigInt,
        name -> Text,
        position -> Integer,
    }
}

diesel::table! {
    audit_events (id) {
        id -> BigInt,
        at -> Timestamp,
        staff_id -> Nullable<BigInt>,
        actor -> Text,
        event -> Text,
        customer_id -> Nullable<BigInt>,
        detail -> Text,
    }
}

diesel::table! {
    batch_items (batch_id, customer_id) {
        batch_id -> BigInt,
        customer_id -> BigInt,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    batch_parts (batch_id, place) {
        batch_id -> BigInt,
        place -> BigInt,
        customers -> Text,
    }
}

diesel::table! {
    batches (id) {
        id -> BigInt,
        staff_id -> Nullable<BigInt>,
        action -> Text,
        detail -> Text,
        total -> BigInt,
        done -> BigInt,
        failed -> BigInt,
        turn -> BigInt,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        stopped -> Bool,
        no_right -> Bool,
        broken -> Bool,
    }
}

diesel::table! {
    block_requests (id) {
        id -> BigInt,
        customer_id -> BigInt,
        reason -> Text,
        requested_by_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        status -> Text,
        decided_by_id -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        decision_note -> Text,
    }
}

diesel::table! {
    blocks (id) {
        id -> BigInt,
        customer_id -> BigInt,
        reason -> Text,
        created_by_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        lifted_by_id -> Nullable<BigInt>,
        lifted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    channel_accounts (id) {
        id -> BigInt,
        customer_id -> BigInt,
        channel_id -> BigInt,
        address -> Text,
        display_name -> Text,
        username -> Text,
        avatar_url -> Nullable<Text>,
        read_message_id -> BigInt,
        unsubscribed_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        avatar_file_id -> Nullable<BigInt>,
        subscription_told_at -> Nullable<Timestamp>,
        told_email -> Nullable<Text>,
        told_phone -> Nullable<Text>,
        found_by -> Nullable<Text>,
    }
}

diesel::table! {
    channels (id) {
        id -> BigInt,
        kind -> Text,
        name -> Text,
        public_key -> Text,
        enabled -> Bool,
        secret -> Nullable<Text>,
        settings -> Text,
        last_success_at -> Nullable<Timestamp>,
        last_error_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        poll_cursor -> Nullable<Text>,
        poll_owner -> Nullable<Text>,
        poll_until -> Nullable<Timestamp>,
        read_owner -> Nullable<Text>,
        read_until -> Nullable<Timestamp>,
        send_after -> Nullable<Timestamp>,
        fetch_owner -> Nullable<Text>,
        fetch_until -> Nullable<Timestamp>,
        rest_named -> Bool,
    }
}

diesel::table! {
    command_runs (id) {
        id -> BigInt,
        command_id -> BigInt,
        customer_id -> BigInt,
        conversation_id -> BigInt,
        staff_id -> Nullable<BigInt>,
        parameters -> Text,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    commands (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        about -> Text,
        url -> Text,
        secret -> Text,
        parameters -> Text,
        enabled -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    companies (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        domain -> Text,
        note -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    contact_claims (id) {
        id -> BigInt,
        customer_id -> BigInt,
        kind -> Text,
        value -> Text,
        value_folded -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    conversation_tag_links (conversation_id, tag_id) {
        conversation_id -> BigInt,
        tag_id -> BigInt,
    }
}

diesel::table! {
    conversation_tags (id) {
        id -> BigInt,
        parent_id -> Nullable<BigInt>,
        name -> Text,
        name_folded -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        customer_id -> BigInt,
        channel_id -> BigInt,
        account_id -> Nullable<BigInt>,
        status -> Text,
        origin -> Text,
        assignee_id -> Nullable<BigInt>,
        opened_at -> Timestamp,
        taken_at -> Nullable<Timestamp>,
        first_reply_at -> Nullable<Timestamp>,
        last_message_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        closed_by_id -> Nullable<BigInt>,
        close_reason -> Nullable<Text>,
        close_note -> Text,
        rating -> Nullable<Integer>,
        rating_comment -> Text,
        rated_at -> Nullable<Timestamp>,
        ip -> Nullable<Text>,
        region -> Nullable<Text>,
        environment -> Nullable<Text>,
        page_url -> Nullable<Text>,
        referrer -> Nullable<Text>,
        mail_token -> Nullable<Text>,
        handed_back_by_id -> Nullable<BigInt>,
        continues_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    custom_fields (id) {
        id -> BigInt,
        name -> Text,
        created_at -> Timestamp,
        is_shown -> Bool,
    }
}

diesel::table! {
    customer_handles (id) {
        id -> BigInt,
        customer_id -> BigInt,
        label -> Text,
        value -> Text,
    }
}

diesel::table! {
    customer_list_links (customer_id, list_id) {
        customer_id -> BigInt,
        list_id -> BigInt,
    }
}

diesel::table! {
    customer_lists (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    customer_pins (staff_id, customer_id) {
        staff_id -> BigInt,
        customer_id -> BigInt,
    }
}

diesel::table! {
    customer_tag_links (customer_id, tag_id) {
        customer_id -> BigInt,
        tag_id -> BigInt,
        active_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    customer_tags (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        hue -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    customer_variables (customer_id, name) {
        customer_id -> BigInt,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    customers (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        name_edited -> Bool,
        real_name -> Text,
        phone -> Nullable<Text>,
        phone_digits -> Nullable<Text>,
        email -> Nullable<Text>,
        email_folded -> Nullable<Text>,
        external_id -> Nullable<Text>,
        company_id -> Nullable<BigInt>,
        responsible_id -> Nullable<BigInt>,
        language -> Text,
        note -> Text,
        source_tag -> Text,
        avatar_url -> Nullable<Text>,
        channel_id -> Nullable<BigInt>,
        channel_kind -> Nullable<Text>,
        blocked -> Bool,
        paused -> Bool,
        active_count -> BigInt,
        unread_count -> BigInt,
        last_message_id -> Nullable<BigInt>,
        last_message_kind -> Nullable<Text>,
        last_message_author_id -> Nullable<BigInt>,
        last_message_text -> Text,
        last_message_attachment -> Bool,
        search_text -> Text,
        last_activity_at -> Timestamp,
        created_at -> Timestamp,
        send_failed -> Bool,
        search_pairs -> BigInt,
    }
}

diesel::table! {
    deal_stages (id) {
        id -> BigInt,
        pipeline_id -> BigInt,
        name -> Text,
        name_folded -> Text,
        hue -> Integer,
        position -> BigInt,
        kind -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    deals (id) {
        id -> BigInt,
        customer_id -> BigInt,
        stage_id -> BigInt,
        title -> Text,
        amount -> Nullable<BigInt>,
        created_by_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        moved_at -> Timestamp,
        client_uuid -> Nullable<Text>,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        message_id -> BigInt,
        customer_id -> BigInt,
        channel_id -> BigInt,
        account_id -> BigInt,
        idempotency_key -> Text,
        extra -> Text,
        state -> Text,
        attempts -> Integer,
        tries -> Integer,
        not_before -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        error_code -> Nullable<Text>,
        error -> Nullable<Text>,
        queued_at -> Timestamp,
        sending_at -> Nullable<Timestamp>,
        sent_at -> Nullable<Timestamp>,
        delivered_at -> Nullable<Timestamp>,
        read_at -> Nullable<Timestamp>,
        failed_at -> Nullable<Timestamp>,
        parts -> Integer,
        pause_named -> Bool,
    }
}

diesel::table! {
    delivery_attempts (id) {
        id -> BigInt,
        delivery_id -> BigInt,
        number -> Integer,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        code -> Nullable<Text>,
        words -> Nullable<Text>,
        again_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    exports (id) {
        id -> BigInt,
        staff_id -> Nullable<BigInt>,
        format -> Text,
        view -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        attempt -> Integer,
        rows_done -> BigInt,
        rows_total -> BigInt,
        size -> Nullable<BigInt>,
        file_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        valid_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    field_places (field) {
        field -> Text,
        place -> BigInt,
    }
}

diesel::table! {
    file_removals (name) {
        name -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        sha256 -> Text,
        size -> BigInt,
        content_type -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    form_tokens (token) {
        token -> Text,
        used_at -> Timestamp,
    }
}

diesel::table! {
    funnel_blocks (id) {
        id -> BigInt,
        funnel_id -> BigInt,
        name -> Text,
        name_folded -> Text,
        position -> BigInt,
        text -> Text,
        next_id -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    funnel_channels (funnel_id, channel_id) {
        funnel_id -> BigInt,
        channel_id -> BigInt,
    }
}

diesel::table! {
    funnel_entries (id) {
        id -> BigInt,
        customer_id -> BigInt,
        block_id -> BigInt,
        entered_at -> Timestamp,
    }
}

diesel::table! {
    funnel_places (customer_id) {
        customer_id -> BigInt,
        block_id -> BigInt,
    }
}

diesel::table! {
    funnels (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        position -> BigInt,
        enabled -> Bool,
        starts -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    hook_events (id) {
        id -> BigInt,
        channel_id -> BigInt,
        dedupe_key -> Text,
        body -> Binary,
        received_at -> Timestamp,
        not_before -> Timestamp,
        tries -> Integer,
        read_at -> Nullable<Timestamp>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    inbox_displays (staff_id) {
        staff_id -> BigInt,
        card -> Text,
        hidden -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        name -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        run_at -> Timestamp,
        tries -> Integer,
        leased_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        dead_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        is_over -> Bool,
    }
}

diesel::table! {
    message_reactions (id) {
        id -> BigInt,
        message_id -> BigInt,
        account_id -> BigInt,
        emoji -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    message_refs (id) {
        id -> BigInt,
        channel_id -> BigInt,
        provider_id -> Text,
        message_id -> BigInt,
        customer_id -> BigInt,
        state -> Nullable<Text>,
        part -> Integer,
        error_code -> Nullable<Text>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    message_templates (id) {
        id -> BigInt,
        channel_id -> BigInt,
        provider_id -> Nullable<Text>,
        name -> Text,
        language -> Text,
        title -> Text,
        body -> Text,
        signature -> Text,
        state -> Text,
        note -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        customer_id -> BigInt,
        conversation_id -> Nullable<BigInt>,
        channel_id -> BigInt,
        kind -> Text,
        author_id -> Nullable<BigInt>,
        body -> Text,
        event -> Nullable<Text>,
        client_uuid -> Nullable<Text>,
        has_attachments -> Bool,
        received_while_blocked -> Bool,
        created_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
        first_body -> Nullable<Text>,
        reply_to_id -> Nullable<BigInt>,
        unsupported -> Nullable<Text>,
        blocked_account_id -> Nullable<BigInt>,
        sent_at -> Nullable<Timestamp>,
        forwarded_from -> Nullable<Text>,
    }
}

diesel::table! {
    past_assignments (conversation_id, staff_id) {
        conversation_id -> BigInt,
        staff_id -> BigInt,
    }
}

diesel::table! {
    pending_actions (id) {
        id -> BigInt,
        customer_id -> BigInt,
        kind -> Text,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    pipelines (id) {
        id -> BigInt,
        name -> Text,
        name_folded -> Text,
        currency -> Text,
        position -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    quick_replies (id) {
        id -> BigInt,
        owner_id -> Nullable<BigInt>,
        shortcut -> Text,
        shortcut_folded -> Text,
        body -> Text,
        search -> Text,
        created_at -> Timestamp,
        last_place -> Integer,
    }
}

diesel::table! {
    quick_reply_files (reply_id, position) {
        reply_id -> BigInt,
        position -> Integer,
        file_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    report_days (days, day, channel_id, operator_id) {
        days -> BigInt,
        day -> BigInt,
        channel_id -> BigInt,
        operator_id -> BigInt,
        opened -> BigInt,
        by_customers -> BigInt,
        closed -> BigInt,
        reply_1_min -> BigInt,
        reply_5_min -> BigInt,
        reply_15_min -> BigInt,
        reply_1_h -> BigInt,
        reply_4_h -> BigInt,
        reply_1_day -> BigInt,
        reply_later -> BigInt,
        reply_never -> BigInt,
        reply_seconds -> BigInt,
        close_seconds -> BigInt,
        rated -> BigInt,
        stars -> BigInt,
    }
}

diesel::table! {
    reported_days (day) {
        day -> BigInt,
        time_zone -> Text,
    }
}

diesel::table! {
    resend_items (resend_id, position) {
        resend_id -> BigInt,
        position -> BigInt,
        delivery_id -> BigInt,
        outcome -> Nullable<Text>,
        failed -> Bool,
    }
}

diesel::table! {
    resends (id) {
        id -> BigInt,
        staff_id -> Nullable<BigInt>,
        since -> Timestamp,
        channel_kind -> Nullable<Text>,
        interval_seconds -> Integer,
        total -> BigInt,
        turn -> BigInt,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        stopped -> Bool,
        broken -> Bool,
    }
}

diesel::table! {
    saved_filters (id) {
        id -> BigInt,
        owner_id -> BigInt,
        name -> Text,
        name_folded -> Text,
        shared -> Bool,
        query -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        key_hash -> Text,
        staff_id -> Nullable<BigInt>,
        state -> Text,
        ip -> Text,
        user_agent -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    staff (id) {
        id -> BigInt,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        language -> Nullable<Text>,
        theme -> Text,
        presence -> Text,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        seen_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_channels (staff_id, channel_id) {
        staff_id -> BigInt,
        channel_id -> BigInt,
    }
}

diesel::table! {
    staff_links (id) {
        id -> BigInt,
        staff_id -> Nullable<BigInt>,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(api_tokens -> staff (created_by_id));
diesel::joinable!(api_tokens -> channels (channel_id));
diesel::joinable!(app_events -> customers (customer_id));
diesel::joinable!(app_events -> channels (channel_id));
diesel::joinable!(attachments -> files (file_id));
diesel::joinable!(attachments -> customers (customer_id));
diesel::joinable!(attachments -> messages (message_id));
diesel::joinable!(batch_items -> batches (batch_id));
diesel::joinable!(batch_parts -> batches (batch_id));
diesel::joinable!(batches -> staff (staff_id));
diesel::joinable!(block_requests -> customers (customer_id));
diesel::joinable!(blocks -> customers (customer_id));
diesel::joinable!(channel_accounts -> channels (channel_id));
diesel::joinable!(channel_accounts -> customers (customer_id));
diesel::joinable!(channel_accounts -> files (avatar_file_id));
diesel::joinable!(contact_claims -> customers (customer_id));
diesel::joinable!(conversation_tag_links -> conversation_tags (tag_id));
diesel::joinable!(conversation_tag_links -> conversations (conversation_id));
diesel::joinable!(conversations -> channel_accounts (account_id));
diesel::joinable!(conversations -> channels (channel_id));
diesel::joinable!(conversations -> customers (customer_id));
diesel::joinable!(customer_handles -> customers (customer_id));
diesel::joinable!(customer_list_links -> customer_lists (list_id));
diesel::joinable!(customer_list_links -> customers (customer_id));
diesel::joinable!(customer_pins -> customers (customer_id));
diesel::joinable!(customer_pins -> staff (staff_id));
diesel::joinable!(customer_tag_links -> customer_tags (tag_id));
diesel::joinable!(customer_tag_links -> customers (customer_id));
diesel::joinable!(customer_variables -> customers (customer_id));
diesel::joinable!(customers -> channels (channel_id));
diesel::joinable!(customers -> staff (responsible_id));
diesel::joinable!(customers -> companies (company_id));
diesel::joinable!(deal_stages -> pipelines (pipeline_id));
diesel::joinable!(deals -> customers (customer_id));
diesel::joinable!(deals -> deal_stages (stage_id));
diesel::joinable!(deals -> staff (created_by_id));
diesel::joinable!(deliveries -> channel_accounts (account_id));
diesel::joinable!(deliveries -> channels (channel_id));
diesel::joinable!(deliveries -> customers (customer_id));
diesel::joinable!(deliveries -> messages (message_id));
diesel::joinable!(delivery_attempts -> deliveries (delivery_id));
diesel::joinable!(exports -> files (file_id));
diesel::joinable!(exports -> staff (staff_id));
diesel::joinable!(funnel_blocks -> funnels (funnel_id));
diesel::joinable!(funnel_channels -> channels (channel_id));
diesel::joinable!(funnel_channels -> funnels (funnel_id));
diesel::joinable!(funnel_entries -> customers (customer_id));
diesel::joinable!(funnel_places -> customers (customer_id));
diesel::joinable!(funnel_places -> funnel_blocks (block_id));
diesel::joinable!(hook_events -> channels (channel_id));
diesel::joinable!(mail_pictures -> files (file_id));
diesel::joinable!(mail_pictures -> mails (message_id));
diesel::joinable!(mails -> customers (customer_id));
diesel::joinable!(mails -> messages (message_id));
diesel::joinable!(message_reactions -> messages (message_id));
diesel::joinable!(message_refs -> messages (message_id));
diesel::joinable!(message_templates -> channels (channel_id));
diesel::joinable!(messages -> staff (author_id));
diesel::joinable!(messages -> channels (channel_id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(messages -> customers (customer_id));
diesel::joinable!(past_assignments -> conversations (conversation_id));
diesel::joinable!(past_assignments -> staff (staff_id));
diesel::joinable!(pending_actions -> customers (customer_id));
diesel::joinable!(quick_reply_files -> files (file_id));
diesel::joinable!(quick_reply_files -> quick_replies (reply_id));
diesel::joinable!(resend_items -> deliveries (delivery_id));
diesel::joinable!(resend_items -> resends (resend_id));
diesel::joinable!(resends -> staff (staff_id));
diesel::joinable!(sessions -> staff (staff_id));
diesel::joinable!(staff_channels -> staff (staff_id));
diesel::joinable!(staff_channels -> channels (channel_id));
diesel::joinable!(staff_links -> staff (staff_id));

diesel::allow_tables_to_appear_in_same_query!(
    anonymous_blocks,
    api_tokens,
    app_events,
    attachments,
    audit_events,
    batch_items,
    batch_parts,
    batches,
    block_requests,
    blocks,
    channel_accounts,
    channels,
    command_runs,
    commands,
    companies,
    contact_claims,
    conversation_tag_links,
    conversation_tags,
    conversations,
    custom_fields,
    customer_handles,
    customer_list_links,
    customer_lists,
    customer_pins,
    customer_tag_links,
    customer_tags,
    customer_variables,
    customers,
    deal_stages,
    deals,
    deliveries,
    delivery_attempts,
    exports,
    field_places,
    file_removals,
    files,
    form_tokens,
    funnel_blocks,
    funnel_channels,
    funnel_entries,
    funnel_places,
    funnels,
    hook_events,
    inbox_displays,
    jobs,
    mail_pictures,
    mails,
    message_reactions,
    message_refs,
    message_templates,
    messages,
    past_assignments,
    pending_actions,
    pipelines,
    quick_replies,
    quick_reply_files,
    report_days,
    reported_days,
    resend_items,
    resends,
    saved_filters,
    sessions,
    settings,
    staff,
    staff_channels,
    staff_links,
);
