//! What is counted.

use std::ops::AddAssign;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::types::{ChannelId, StaffId};
use crate::reports::days::Day;

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
        pub struct Figures { $($(#[$doc])* #[diesel(sql_type = BigInt)] pub $name: i64,)+ }

        impl Figures {
            /// The columns that keep them.
            pub const COLUMNS: &[&str] = &[$(stringify!($name)),+];
        }

        impl AddAssign for Figures {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)+
            }
        }
    };
}

figures! {
    opened,
    /// Of those opened.
    by_customers,
    closed,
    /// Of those closed that customers had opened, by the time to the first reply: in less than a minute, five, …
    reply_1_min,
    reply_5_min,
    reply_15_min,
    reply_1_h,
    reply_4_h,
    reply_1_day,
    reply_later,
    reply_never,
    /// In sum.
    reply_seconds,
    close_seconds,
    rated,
    /// In sum.
    stars,
}

impl Figures {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// By the time to the first reply, soonest first, never last.
    pub fn replies(&self) -> [i64; 8] {
        [
            self.reply_1_min,
            self.reply_5_min,
            self.reply_15_min,
            self.reply_1_h,
            self.reply_4_h,
            self.reply_1_day,
            self.reply_later,
            self.reply_never,
        ]
    }

    /// How many were replied to.
    pub fn replied(&self) -> i64 {
        self.replies().iter().sum::<i64>() - self.reply_never
    }

    /// The average time to the first reply, in seconds.
    pub fn reply(&self) -> Option<i64> {
        average(self.reply_seconds, self.replied())
    }

    /// The average time from the beginning to the end, in seconds.
    pub fn close(&self) -> Option<i64> {
        average(self.close_seconds, self.closed)
    }

    /// The average rating, in tenths of a star.
    pub fn rating(&self) -> Option<i64> {
        average(self.stars * 10, self.rated)
    }
}

/// Rounded.
fn average(sum: i64, count: i64) -> Option<i64> {
    (count > 0).then(|| (sum + count / 2) / count)
}

/// Figures of a day or a week, of a channel, of an operator. Where they are of all, the number is the table's sign for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = BigInt)]
    pub day: Day,
    #[diesel(sql_type = BigInt)]
    pub channel_id: ChannelId,
    #[diesel(sql_type = BigInt)]
    pub operator_id: StaffId,
    #[diesel(embed)]
    pub figures: Figures,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_rounded_and_need_something() {
        let figures =
            Figures { reply_1_min: 1, reply_never: 5, reply_5_min: 1, reply_seconds: 101, ..Figures::default() };
        assert_eq!((figures.replied(), figures.reply(), figures.close(), figures.rating()), (2, Some(51), None, None));
        let figures = Figures { rated: 3, stars: 14, closed: 2, close_seconds: 7, ..Figures::default() };
        assert_eq!((figures.rating(), figures.close()), (Some(47), Some(4)));
    }
}
