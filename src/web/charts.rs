//! What the drawings of Home and of the reports have in common. A field is 100 high, and numbers beside it are HTML.

/// The smallest round step of which three reach `most`.
pub fn step(most: i64) -> i64 {
    let mut power = 1;
    loop {
        if let Some(digit) = [1, 2, 3, 4, 5, 6, 8].into_iter().find(|digit| digit * power * 3 >= most) {
            return digit * power;
        }
        power *= 10;
    }
}

/// A count as a length.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn float(number: i64) -> f64 {
    number as f64
}

/// A length as a drawing has it, with at most one decimal.
pub fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (most, expected) in [(0, 1), (1, 1), (4, 2), (10, 4), (17, 6), (22, 8), (25, 10), (172, 60), (999, 400)] {
            assert_eq!(step(most), expected, "{most}");
        }
    }
}
