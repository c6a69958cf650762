//! What each form and endpoint takes: one row for every route that changes something.

/// How the body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A form, as a page sends it.
    Form,
    /// A form with files.
    Multipart,
    Json,
}

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Typed by a person: whatever is wrong, it must come back in the form.
    Typed,
    /// The same, where the form shows it: not every form of this address has it.
    TypedIfShown,
    /// One of some words, a mark, a way back.
    Word,
    /// The number of something in the database.
    Id,
    /// Makes the same form sent twice work once.
    Once,
    /// Typed, and never shown again.
    Secret,
    /// JSON that is no text: a number or a truth.
    Plain,
}

#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// A good value; for ids the name of something in the world, for the rest the text itself.
    pub good: &'static str,
}

pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub body: Body,
    pub fields: &'static [Field],
}

const fn typed(name: &'static str, good: &'static str) -> Field {
    Field { name, kind: Kind::Typed, good }
}
const fn shown(name: &'static str, good: &'static str) -> Field {
    Field { name, kind: Kind::TypedIfShown, good }
}
const fn word(name: &'static str, good: &'static str) -> Field {
    Field { name, kind: Kind::Word, good }
}
const fn id(name: &'static str, what: &'static str) -> Field {
    Field { name, kind: Kind::Id, good: what }
}
const fn once(name: &'static str) -> Field {
    Field { name, kind: Kind::Once, good: "" }
}
const fn secret(name: &'static str, good: &'static str) -> Field {
    Field { name, kind: Kind::Secret, good }
}
const fn plain(name: &'static str, good: &'static str) -> Field {
    Field { name, kind: Kind::Plain, good }
}

const TOKEN: Field = once("form_token");
const BACK: Field = word("back", "/customers");
const NEW_PASSWORD: &str = "a new and long password";

const DETAILS: &[Field] = &[
    typed("name", "Anna Petrova"),
    typed("real_name", "Анна Петрова"),
    typed("phone", "+7 901 788-07-95"),
    typed("email", "anna@example.com"),
    typed("external_id", ""),
    typed("company", "Globex"),
    word("language", "ru"),
    typed("note", "Calls back\nin the evening"),
    typed("handles", "QQ: 12345"),
    word("version", ""),
    word("anyway", "1"),
    TOKEN,
    BACK,
];
const EDITED_DETAILS: &[Field] = &[
    typed("name", "Anna Petrova"),
    typed("real_name", "Анна Петрова"),
    typed("phone", "+7 901 788-07-95"),
    typed("email", "anna@example.com"),
    typed("company", "Globex"),
    typed("note", "Calls back\nin the evening"),
    typed("handles", "QQ: 12345"),
    word("version", ""),
    BACK,
];
const EDITED_COMPANY: &[Field] =
    &[typed("name", "Globex"), typed("domain", "globex.example"), typed("note", "Pays late"), word("version", "")];
const BLOCK: &[Field] = &[typed("reason", "Insults"), word("expires", ""), TOKEN, BACK];
const COMPANY: &[Field] = &[
    typed("name", "Globex"),
    typed("domain", "globex.example"),
    typed("note", "Pays late"),
    word("version", ""),
    TOKEN,
];
const TAG_OF: &[Field] = &[id("tag", "conversation_tag"), TOKEN, BACK];
const CUSTOMER_TAG: &[Field] = &[typed("name", "Wholesale"), word("hue", "3"), TOKEN];
const CONVERSATION_TAG: &[Field] = &[typed("name", "Refund"), word("parent", ""), TOKEN];
const TEMPLATE: &[Field] = &[
    id("channel", "channel"),
    typed("name", "order_ready"),
    typed("language", "en"),
    typed("title", "Your order"),
    typed("body", "Dear {{1}}, it is ready."),
    typed("signature", "Northwind"),
    word("state", "approved"),
    word("version", ""),
    TOKEN,
];
const COMMAND: &[Field] = &[
    typed("name", "refund"),
    typed("about", "Gives the money back"),
    typed("url", "https://shop.example/refund"),
    typed("parameters", "order\nreason?"),
    word("version", ""),
    TOKEN,
];
const FUNNEL_BLOCK: &[Field] =
    &[typed("name", "Wishes"), typed("text", "What is it\nabout?"), id("next", "funnel_block"), TOKEN];
const PIPELINE: &[Field] = &[typed("name", "Sales"), typed("currency", "EUR"), TOKEN];
const DEAL_STAGE: &[Field] = &[typed("name", "Talks"), word("hue", "3"), word("kind", "open"), TOKEN];
const DEAL: &[Field] =
    &[typed("title", "Ten chairs"), typed("amount", "1 200,50"), id("stage", "deal_stage"), TOKEN, BACK];
const EDITED_DEAL: &[Field] =
    &[typed("title", "Ten chairs"), typed("amount", "99.9"), id("stage", "deal_stage"), word("version", ""), BACK];
const WELCOME: &[Field] = &[
    shown("email", "new@desk.test"),
    shown("name", "Nora New"),
    secret("password", NEW_PASSWORD),
    secret("again", NEW_PASSWORD),
];
const PERSON: &[Field] = &[word("name", "Ivan"), word("email", "ivan@example.com"), word("phone", "+79017880795")];
const NOTHING: &[Field] = &[];

const fn form(path: &'static str, fields: &'static [Field]) -> Row {
    Row { method: "Post", path, body: Body::Form, fields }
}
const fn multipart(path: &'static str, fields: &'static [Field]) -> Row {
    Row { method: "Post", path, body: Body::Multipart, fields }
}
const fn json(path: &'static str, fields: &'static [Field]) -> Row {
    Row { method: "Post", path, body: Body::Json, fields }
}

pub const TABLE: &[Row] = &[
    Row { method: "Put", path: "/api/v1/customers/{external_id}", body: Body::Json, fields: PERSON },
    Row {
        method: "Put",
        path: "/api/v1/customers/{external_id}/funnel-block",
        body: Body::Json,
        fields: &[plain("block", "1")],
    },
    json(
        "/api/v1/customers/{external_id}/deals",
        &[word("client_uuid", "uuid"), word("title", "Chairs"), plain("amount", "1250"), plain("stage", "1")],
    ),
    Row {
        method: "Put",
        path: "/api/v1/customers/{external_id}/deals/{deal}",
        body: Body::Json,
        fields: &[word("title", "Chairs"), plain("amount", "1250"), plain("stage", "1"), plain("seen_stage", "1")],
    },
    Row { method: "Delete", path: "/api/v1/customers/{external_id}/deals/{deal}", body: Body::Json, fields: NOTHING },
    json(
        "/api/v1/customers/{external_id}/messages",
        &[word("client_uuid", "uuid"), word("text", "Hi"), word("name", "I")],
    ),
    json("/api/v1/customers/{external_id}/typing", &[plain("typing", "true")]),
    json("/api/v1/customers/{external_id}/read", &[plain("up_to", "1")]),
    json("/api/v1/conversations/{id}/rating", &[plain("rating", "5"), word("comment", "Fine")]),
    json("/chat/{key}/session", &[word("token", ""), word("external_id", ""), word("hmac", "")]),
    json(
        "/chat/{key}/about",
        &[word("name", "Ivan"), word("email", "ivan@example.com"), word("phone", "+79017880795")],
    ),
    multipart(
        "/chat/{key}/messages",
        &[
            word("client_uuid", "uuid"),
            word("text", "Hello"),
            word("name", "Ivan"),
            word("email", "ivan@example.com"),
            word("phone", "+79017880795"),
            word("page", "https://shop.example/lid"),
            word("referrer", "https://search.example/"),
        ],
    ),
    json("/chat/{key}/typing", &[plain("typing", "true")]),
    json("/chat/{key}/read", &[plain("up_to", "1")]),
    json("/chat/{key}/rating", &[plain("conversation", "1"), plain("rating", "5"), word("comment", "Fine")]),
    form(
        "/login",
        &[
            typed("email", "nobody@desk.test"),
            secret("password", "not the password"),
            word("next", "/inbox"),
            word("words", ""),
        ],
    ),
    json("/hooks/{key}", &[plain("update_id", "1")]),
    form("/deliveries/{id}/arrival", NOTHING),
    form("/deliveries/{id}/retry", NOTHING),
    form("/exports", &[word("view", "/customers?period=all"), word("format", "csv"), TOKEN]),
    form("/resends", &[typed("since", "2026-01-05"), word("kind", "telegram"), typed("interval", "2"), TOKEN]),
    form("/resends/{id}/stop", NOTHING),
    form(
        "/inbox/bulk",
        &[
            word("action", "block"),
            id("row", "customer"),
            shown("reason", "Insults"),
            word("tag", ""),
            word("list", ""),
            word("count", ""),
            TOKEN,
            BACK,
        ],
    ),
    form(
        "/inbox/filters",
        &[typed("name", "Late ones"), word("shared", "true"), word("view", "tab=mine&tag=1"), TOKEN],
    ),
    form(
        "/inbox/filters/{id}",
        &[typed("name", "Late ones"), word("shared", "false"), word("view", "tab=free"), word("replace", "1")],
    ),
    form("/inbox/filters/{id}/delete", NOTHING),
    form("/batches/{id}/stop", NOTHING),
    multipart(
        "/mails/new",
        &[
            shown("email", "ivan@example.com"),
            shown("name", "Ivan"),
            word("sender", ""),
            shown("subject", "Your order"),
            shown("bcc", ""),
            shown("body", "Hello"),
            TOKEN,
        ],
    ),
    multipart(
        "/external/new",
        &[
            id("channel", "app_channel"),
            shown("external_id", "u-77"),
            shown("name", "Ivan"),
            shown("body", "Hello"),
            id("tag", "conversation_tag"),
            TOKEN,
        ],
    ),
    multipart(
        "/customers/new/{kind}",
        &[
            word("channel", ""),
            shown("phone", "+7 901 123-45-67"),
            shown("name", "Ivan"),
            shown("body", "Hello"),
            TOKEN,
        ],
    ),
    form("/logout", NOTHING),
    form("/presence", &[word("presence", "away")]),
    form("/preferences", &[word("theme", "dark"), word("language", "en")]),
    multipart(
        "/inbox/{customer}/messages",
        &[
            typed("text", "We have the lid"),
            word("mode", "reply"),
            word("client_uuid", "uuid"),
            word("shown", "1"),
            word("over", "1"),
            word("plain", ""),
            word("from", ""),
            word("conversation", ""),
            word("quick", ""),
        ],
    ),
    form("/inbox/{customer}/read", &[BACK]),
    form("/inbox/{customer}/unread", &[BACK]),
    form("/inbox/{customer}/pin", &[word("pinned", "1"), BACK]),
    form(
        "/inbox/{customer}/presence",
        &[word("doing", "here"), word("shown", "1"), word("mode", "reply"), word("conversation", "")],
    ),
    form("/inbox/preview", &[word("message", "1"), word("tags", "1"), BACK]),
    form("/inbox/display", &[word("bot", "1"), word("comment", "1"), BACK]),
    form("/customers/{id}/block", BLOCK),
    form("/customers/{id}/block/delete", &[TOKEN, BACK]),
    form("/customers/{id}/block-requests", &[typed("reason", "Insults"), TOKEN, BACK]),
    form("/block-requests/{id}/decision", &[word("approve", "true"), shown("note", "Agreed"), TOKEN, BACK]),
    form("/conversations/{id}/assignment", &[TOKEN, BACK]),
    form("/conversations/{id}/transfer", &[id("to", "colleague"), typed("note", "Knows lids"), TOKEN, BACK]),
    form(
        "/conversations/{id}/closure",
        &[word("reason", "resolved"), id("tag", "conversation_tag"), typed("note", "Got a lid"), TOKEN, BACK],
    ),
    form("/conversations/{id}/tags", TAG_OF),
    form("/conversations/{id}/tags/delete", TAG_OF),
    form("/customers/{id}/edit", EDITED_DETAILS),
    form("/customers/{id}/fields/{field}", &[typed("typed", "Calls back in the evening"), word("was", "")]),
    form("/customers/{id}/claims", &[id("claim", "claim")]),
    form("/customers/{id}/responsible", &[id("responsible", "colleague"), BACK]),
    form("/customers/{id}/custom-fields/{custom_field}", &[typed("typed", "Leeds"), word("was", ""), BACK]),
    form(
        "/customers/{id}/variables",
        &[typed("name", "Size"), typed("typed", "XS"), word("was", ""), word("new", "1"), word("delete", ""), BACK],
    ),
    form("/customers/{id}/tags", &[id("add", "customer_tag"), id("remove", "customer_tag"), BACK]),
    form("/customers/{id}/lists", &[id("add", "customer_list"), id("remove", "customer_list"), BACK]),
    form("/customers/{id}/funnel-block", &[id("block", "funnel_block"), BACK]),
    form("/customers/{id}/deals", DEAL),
    form("/customers/{id}/deals/{deal}", EDITED_DEAL),
    form("/customers/{id}/deals/{deal}/stage", &[id("stage", "deal_stage"), id("seen", "deal_stage"), BACK]),
    form("/customers/{id}/deals/{deal}/delete", &[BACK]),
    form("/lists", &[typed("name", "Newsletter"), TOKEN]),
    form("/lists/{id}/edit", &[typed("name", "Newsletter")]),
    form("/lists/{id}/delete", NOTHING),
    // Where nothing can be sent, what was typed stands in a quotation.
    multipart(
        "/customers/{id}/message",
        &[shown("body", "Hello again"), id("account", "account"), id("tag", "conversation_tag"), TOKEN, BACK],
    ),
    form("/customers/{id}/delete", &[typed("count", "1"), BACK]),
    form("/contacts/new", DETAILS),
    form("/companies/new", COMPANY),
    form("/companies/{id}/edit", EDITED_COMPANY),
    form("/companies/{id}/delete", NOTHING),
    form("/companies/{id}/members", &[id("add", "customer"), id("remove", "foreign_customer")]),
    form("/welcome/{token}", WELCOME),
    form("/settings/profile", &[typed("name", "Olga"), word("language", "en"), word("theme", "auto")]),
    // Never the right one: the session of the walk must last.
    form(
        "/settings/profile/password",
        &[secret("old", "not mine"), secret("password", NEW_PASSWORD), secret("again", NEW_PASSWORD)],
    ),
    form("/settings/profile/sessions/end-others", NOTHING),
    form("/settings/profile/sessions/{id}/end", NOTHING),
    multipart(
        "/settings/quick-replies",
        &[typed("shortcut", "hello"), typed("body", "Good day\nto you"), word("shared", "false"), TOKEN],
    ),
    multipart(
        "/settings/quick-replies/{id}",
        &[
            typed("shortcut", "hello"),
            typed("body", "Good day\nto you"),
            word("shared", "true"),
            word("gone", "1"),
            word("version", ""),
        ],
    ),
    form("/settings/quick-replies/{id}/delete", NOTHING),
    form("/settings/commands", COMMAND),
    form("/settings/commands/{id}", COMMAND),
    form("/settings/commands/{id}/secret", NOTHING),
    form("/settings/commands/{id}/pause", NOTHING),
    form("/settings/commands/{id}/enable", NOTHING),
    form("/settings/commands/{id}/delete", NOTHING),
    form("/settings/funnels", &[typed("name", "After the sale"), TOKEN]),
    form("/settings/funnels/move", &[id("funnel", "funnel"), word("step", "up")]),
    form(
        "/settings/funnels/{id}",
        &[typed("name", "After the sale"), word("enabled", "true"), word("starts", "chosen"), id("channel", "channel")],
    ),
    form("/settings/funnels/{id}/delete", NOTHING),
    form("/settings/funnels/{id}/blocks", FUNNEL_BLOCK),
    form("/settings/funnels/{id}/blocks/move", &[id("block", "funnel_block"), word("step", "down")]),
    form(
        "/settings/funnels/{id}/blocks/{block}",
        &[typed("name", "Wishes"), typed("text", "What is it?"), word("next", "")],
    ),
    form("/settings/funnels/{id}/blocks/{block}/delete", NOTHING),
    form("/settings/pipelines", PIPELINE),
    form("/settings/pipelines/move", &[id("pipeline", "pipeline"), word("step", "up")]),
    form("/settings/pipelines/{id}", &[typed("name", "Sales"), typed("currency", "USD")]),
    form("/settings/pipelines/{id}/delete", NOTHING),
    form("/settings/pipelines/{id}/stages", DEAL_STAGE),
    form("/settings/pipelines/{id}/stages/move", &[id("stage", "deal_stage"), word("step", "down")]),
    form("/settings/pipelines/{id}/stages/{stage}", &[typed("name", "Talks"), word("hue", "3"), word("kind", "won")]),
    form("/settings/pipelines/{id}/stages/{stage}/delete", NOTHING),
    form("/settings/staff", &[typed("email", ""), typed("name", "Nora New"), word("role", "operator"), TOKEN]),
    form("/settings/staff/{id}", &[typed("email", ""), typed("name", "Nora New"), word("role", "supervisor")]),
    form("/settings/staff/{id}/channels", &[id("channel", "channel")]),
    form("/settings/staff/{id}/disable", &[id("to", "colleague")]),
    form("/settings/staff/{id}/enable", NOTHING),
    form("/settings/staff/{id}/reset", NOTHING),
    form("/settings/staff/{id}/sessions/{session}/end", NOTHING),
    form("/settings/channels/new/{kind}", &[typed("name", "Another site"), TOKEN]),
    form(
        "/settings/channels/{id}",
        &[
            typed("name", "Our site"),
            shown("origins", "https://shop.example"),
            shown("greeting", "Hello!"),
            shown("offline_note", "Back at nine"),
            word("ask_name", "optional"),
            word("ask_email", "required"),
            word("ask_phone", "hidden"),
            word("position", "end"),
            shown("accent", "#0b5cad"),
            shown("webhook_url", ""),
            word("version", ""),
        ],
    ),
    form("/settings/channels/{id}/test", NOTHING),
    form("/settings/channels/{id}/pause", NOTHING),
    form("/settings/channels/{id}/enable", NOTHING),
    form("/settings/channels/{id}/secret", NOTHING),
    form("/settings/channels/{id}/disconnect", NOTHING),
    form("/settings/channels/{id}/tokens", &[typed("name", "The server"), TOKEN]),
    form("/settings/channels/{id}/tokens/{token}/revoke", &[BACK]),
    form("/settings/channels/{id}/templates", NOTHING),
    form("/settings/work/{id}/again", NOTHING),
    form("/settings/work/{id}/remove", NOTHING),
    form("/settings/templates", TEMPLATE),
    form("/settings/templates/{id}", TEMPLATE),
    form("/settings/templates/{id}/delete", NOTHING),
    form("/settings/custom-fields", &[typed("name", "Delivery city"), TOKEN]),
    form("/settings/custom-fields/move", &[word("field", "note"), word("step", "up")]),
    form("/settings/custom-fields/{id}", &[typed("name", "Birthday")]),
    form("/settings/custom-fields/{id}/show", &[word("shown", "true")]),
    form("/settings/custom-fields/{id}/delete", &[word("values", "keep")]),
    form("/settings/customer-tags", CUSTOMER_TAG),
    form("/settings/customer-tags/{id}", &[typed("name", "Wholesale"), word("hue", "3")]),
    form("/settings/customer-tags/{id}/delete", NOTHING),
    form("/settings/conversation-tags", CONVERSATION_TAG),
    form("/settings/conversation-tags/{id}", &[typed("name", "Refund")]),
    form("/settings/conversation-tags/{id}/delete", NOTHING),
    form(
        "/settings/rules",
        &[word("require_tag", ""), word("distribute", ""), typed("at_most", "20"), word("version", "")],
    ),
    form(
        "/settings/general",
        &[word("operators_see_others", "true"), word("language", ""), typed("business_name", "N"), word("version", "")],
    ),
];
