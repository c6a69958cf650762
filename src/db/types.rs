//! Column types: ids that cannot be mixed up; the time (`time`), and enums that are stored as words (`text_enum`).

mod text_enum;
mod time;

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};

pub use time::UtcTime;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[diesel(sql_type = BigInt)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        // In a template: digits, which neither a formatter nor an escaper has anything to do with.
        impl askama::FastWritable for $name {
            fn write_into(&self, out: &mut dyn fmt::Write, values: &dyn askama::Values) -> askama::Result<()> {
                self.0.write_into(out, values)
            }
        }

        impl askama::filters::HtmlSafe for $name {}

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse().map(Self)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }
    };
}

id!(
    /// A staff member.
    StaffId
);
id!(
    /// A customer: the number that staff see and that never changes.
    CustomerId
);
id!(
    /// A conversation.
    ConversationId
);
id!(
    /// A message. Later messages have higher numbers within one conversation.
    MessageId
);
id!(
    /// A connected bot, number, mailbox, widget or app.
    ChannelId
);
id!(
    /// A customer's identity in one channel.
    AccountId
);
id!(
    /// A company.
    CompanyId
);
id!(
    /// A customer tag.
    CustomerTagId
);
id!(
    /// A named set of customers.
    CustomerListId
);
id!(
    /// Filters of the inbox under a name.
    SavedFilterId
);
id!(
    /// A declared field of customers.
    CustomFieldId
);
id!(
    /// A conversation tag.
    ConversationTagId
);
id!(
    /// A funnel: one of the bot's flows.
    FunnelId
);
id!(
    /// A block of a funnel.
    FunnelBlockId
);
id!(
    /// A row of stages.
    PipelineId
);
id!(
    /// A stage of a pipeline.
    DealStageId
);
id!(
    /// What a customer may buy.
    DealId
);
id!(
    /// A stored file's content.
    FileId
);
id!(
    /// A file on a message.
    AttachmentId
);
id!(
    /// An operator's wish that a customer be blocked.
    BlockRequestId
);
id!(
    /// A message template of a channel.
    TemplateId
);

id!(
    /// An outgoing message on its way to a provider.
    DeliveryId
);
id!(
    /// An event as its provider sent it.
    HookEventId
);
id!(
    /// A run that sends failed messages again.
    ResendId
);
id!(
    /// A file with the customers of a list.
    ExportId
);
id!(
    /// One action on many customers.
    BatchId
);
id!(
    /// A prepared text.
    QuickReplyId
);
id!(
    /// What staff run from the composer.
    CommandId
);
