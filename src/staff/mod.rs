//! Anyone who signs in. Nobody is deleted: a disabled staff member stays the author of what they wrote.

mod actions;
mod model;
mod store;

pub use actions::{
    Added, accept_first_admin, accept_password, add, add_from_command_line, change_own_password, checked_hash,
    choose_channels, disable, disable_from_command_line, edit, enable, enable_from_command_line, end_other_sessions,
    end_own_session, end_session_of, first_admin_link, invitation, reset, reset_from_command_line, save_profile,
};
pub use model::{EditedStaff, Invitation, NewStaff, StaffMember, new_password, role_key, sign_in_name};
pub use store::{
    channels_by_staff, channels_of, choices, everybody, find, last_seen, list, names, password_hash, serving,
};
