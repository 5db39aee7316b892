//! Hashing for many users at once, on as many threads as there are processors.

use crate::domain::Error;
use std::num::NonZero;

/// What becomes of each, in their order. Slow, and therefore no part of a write.
///
/// # Errors
/// The first one that there is.
pub fn hash_all<T: Sync, H: Send>(
    all: &[T],
    hash: impl Fn(&T) -> Result<H, Error> + Sync,
) -> Result<Vec<H>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = all.len().div_ceil(threads).max(1);
    let hash_share = |some: &[T]| some.iter().map(&hash).collect::<Result<Vec<H>, Error>>();
    let shares: Result<Vec<Vec<H>>, Error> = std::thread::scope(|scope| {
        let running: Vec<_> = all.chunks(share).map(|some| scope.spawn(move || hash_share(some))).collect();
        running
            .into_iter()
            .map(|one| one.join().unwrap_or(Err(Error::Broken("a hashing thread panicked"))))
            .collect()
    });
    Ok(shares?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_each_is_in_their_order_and_one_that_fails_fails_all() {
        let all: Vec<usize> = (0..50).collect();
        assert_eq!(hash_all(&all, |one| Ok(one * 2)).unwrap(), (0..100).step_by(2).collect::<Vec<_>>());
        assert!(hash_all(&[], |one: &usize| Ok(*one)).unwrap().is_empty());
        let failed = hash_all(&all, |one| if *one == 49 { Err(Error::refused("49")) } else { Ok(()) });
        assert_eq!(failed.unwrap_err().to_string(), "49");
        let panicked = hash_all(&all, |one| if *one == 7 { panic!("on purpose") } else { Ok(()) });
        assert!(matches!(panicked, Err(Error::Broken(_))));
    }
}
