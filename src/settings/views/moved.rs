//! What has just been moved in a list that admins put in order.

use crate::fields::Step;

/// What has just been moved, by its number: its button keeps the focus, so that the next press moves it on.
#[derive(Clone, Copy)]
pub struct Moved {
    pub id: i64,
    pub step: Step,
}

impl Moved {
    /// Whether this button takes the focus: that of the last move, or at the end of the list the other one.
    pub fn has_focus(moved: Option<&Self>, id: i64, step: Step, is_first: &bool, is_last: &bool) -> bool {
        let Some(moved) = moved.filter(|moved| moved.id == id) else { return false };
        let goes_on = match moved.step {
            Step::Up if *is_first => Step::Down,
            Step::Down if *is_last => Step::Up,
            step => step,
        };
        goes_on == step
    }
}
