//! What has just been moved in a list that admins put in order.

use std::fmt::Display;

use crate::fields::Step;

/// What has just been moved: its button keeps the focus, so that the next press moves it on.
pub struct Moved {
    /// What its entry is called in the form that moved it.
    pub key: String,
    pub step: Step,
}

/// Which of an entry's two buttons takes the focus, if one does.
#[derive(Clone, Copy, Default)]
pub struct Focus {
    pub up: bool,
    pub down: bool,
}

impl Moved {
    pub fn new(key: impl Display, step: Step) -> Self {
        Self { key: key.to_string(), step }
    }

    /// The button of the last move, or at the end of the list the other one.
    pub fn focus(moved: Option<&Self>, key: impl Display, is_first: &bool, is_last: &bool) -> Focus {
        let Some(moved) = moved.filter(|moved| moved.key == key.to_string()) else { return Focus::default() };
        let up = match moved.step {
            Step::Up => !is_first,
            Step::Down => *is_last,
        };
        Focus { up, down: !up }
    }
}
