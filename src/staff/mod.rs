//! Anyone who signs in. Nobody is deleted: a disabled staff member stays the author of what they wrote.

mod actions;
mod model;
mod store;

pub use actions::{
    add_from_command_line, checked_hash, disable_from_command_line, first_admin_link, reset_from_command_line,
};
pub use model::{NewStaff, StaffMember};
pub use store::{list, names};
