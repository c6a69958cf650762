//! Text as people write it: kept, compared, shown.

mod clean;
mod links;
mod phone;
mod search;
mod shown;

pub use clean::{clean, clean_lines};
pub use links::{Piece, pieces};
pub use phone::{digits, is_number, phone_digits, phone_needle, typed_from_trunk, whole_from_trunk};
pub use search::{fold, fold_address, like_escape, trigram_match};
pub use shown::{hue, initials, isolate, preview, push_digits, push_year, spoken_name, star_row};
