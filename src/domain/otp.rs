//! New codes: the one-time password a user types, and the code in a mailed link.
//!
//! Both come from the system's generator. How they are kept and checked is the business of `recovery`.

use super::{Error, Secret};

/// What one-time passwords look like. The original's are six of `A–Z0–9`; a deployment may ask for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    length: usize,
    alphabet: Vec<char>,
}

impl Default for Shape {
    fn default() -> Self {
        Self { length: Self::SHORTEST, alphabet: Self::ALPHABET.chars().collect() }
    }
}

impl Shape {
    /// The original's symbols.
    pub const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    /// The original's length; shorter ones would be guessed.
    pub const SHORTEST: usize = 6;
    /// Longer ones are not typed by anybody, and the claim has to hold them.
    pub const LONGEST: usize = 64;

    /// A shape of its own: at least as long as the original's, over at least ten different symbols.
    #[must_use]
    pub fn new(length: usize, alphabet: &str) -> Option<Self> {
        let mut symbols: Vec<char> = alphabet.chars().collect();
        symbols.sort_unstable();
        symbols.dedup();
        let speakable = symbols.iter().all(char::is_ascii_graphic);
        let fits = (Self::SHORTEST..=Self::LONGEST).contains(&length);
        (fits && speakable && symbols.len() >= 10).then_some(Self { length, alphabet: symbols })
    }
}

/// A new one-time password; every symbol of the alphabet is equally likely.
///
/// # Errors
/// [`Error::Broken`] when the system has no randomness to give.
pub fn generate(shape: &Shape) -> Result<Secret, Error> {
    let symbols = shape.alphabet.len();
    // Bytes of the last, incomplete round of the alphabet are thrown away: they would favour its beginning.
    let fair = 256 - 256 % symbols;
    let mut code = String::with_capacity(shape.length);
    let mut left = shape.length;
    while left > 0 {
        let mut bytes = [0_u8; 32];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Broken("no randomness"))?;
        let drawn = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        for symbol in drawn.filter_map(|byte| shape.alphabet.get(byte % symbols)).take(left) {
            code.push(*symbol);
            left -= 1;
        }
    }
    Ok(Secret::new(code))
}

/// A new code for a mailed link: a random UUID in lower-case hex with dashes, 36 characters.
#[must_use]
pub fn link_code() -> Secret {
    Secret::new(uuid::Uuid::new_v4().hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    // J106
    #[test]
    fn ten_thousand_codes_are_well_formed_even_and_without_pattern() {
        let codes: Vec<Secret> = (0..10_000).map(|_| generate(&Shape::default()).unwrap()).collect();
        let mut counts: HashMap<char, u32> = HashMap::new();
        for code in &codes {
            assert!(
                code.reveal().len() == 6
                    && code.reveal().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            );
            code.reveal().chars().for_each(|symbol| *counts.entry(symbol).or_default() += 1);
        }
        assert_eq!(counts.len(), 36);
        // 60,000 draws over 36 symbols: 1,667 each, standard deviation 40. Six of those never happen by chance.
        for (symbol, count) in counts {
            assert!((1_425..1_910).contains(&count), "{symbol} was drawn {count} times");
        }
        let distinct: HashSet<&str> = codes.iter().map(Secret::reveal).collect();
        assert!(distinct.len() >= 9_995, "{} distinct codes", distinct.len());
    }

    #[test]
    fn a_longer_shape_over_another_alphabet_is_kept_to() {
        let code = generate(&Shape::new(12, "0123456789").unwrap()).unwrap();
        assert!(code.reveal().len() == 12 && code.reveal().bytes().all(|b| b.is_ascii_digit()));
    }

    #[test]
    fn a_shape_that_could_be_guessed_is_no_shape() {
        assert!(Shape::new(5, Shape::ALPHABET).is_none());
        assert!(Shape::new(6, "AAAAAAAAAAAAB").is_none());
        assert!(Shape::new(6, "ABCDEFGHIJ KL").is_none());
        assert!(Shape::new(65, Shape::ALPHABET).is_none());
    }

    #[test]
    fn a_link_code_is_a_lower_case_uuid() {
        let code = link_code();
        assert!(code.reveal().len() == 36 && uuid::Uuid::parse_str(code.reveal()).is_ok());
        assert_eq!(code.reveal(), code.reveal().to_lowercase());
    }
}
