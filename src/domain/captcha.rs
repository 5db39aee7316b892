//! Pictures that people can read and programs should not: what a recovery asks for before it looks at a name.
//!
//! Every picture is good for one answer and for twenty minutes (IS 5.3.0, CaptchaUtil). Only the sealed text is kept;
//! the picture is drawn when somebody looks at it, always the same way.

mod picture;

use super::{Error, Now, Realm, Secret, otp, session};
use crate::store::{self, Tx};

/// The original's letters and digits: none that looks like another.
const ALPHABET: &str = "abcdefgmnpwxy2345678";
/// The original's length.
const LENGTH: usize = 5;
/// How long a picture waits for its answer.
const MINUTES: i64 = 20;

/// Makes a picture and says under which key it is found; old ones are forgotten.
///
/// # Errors
/// No randomness, failures of sealing and of the database.
pub fn issue(tx: &mut Tx<'_>, now: Now, realm: &Realm) -> Result<Secret, Error> {
    store::captcha::delete_older(tx, oldest(now))?;
    let shape =
        otp::Shape::new(otp::Shape::SHORTEST, ALPHABET).ok_or(Error::Broken("no captcha alphabet"))?;
    let drawn = otp::generate(&shape)?;
    let text: String = drawn.reveal().chars().take(LENGTH).collect();
    let key = otp::link_code();
    let sealed = realm.key.seal(&place(&key), &text)?;
    store::captcha::insert(tx, &session::fingerprint(key.reveal()), &sealed, now.0)?;
    Ok(key)
}

fn oldest(now: Now) -> i64 {
    now.plus_minutes(-MINUTES).0
}

/// What the text is sealed for.
fn place(key: &Secret) -> String {
    format!("captcha {}", key.reveal())
}

fn text(tx: &mut Tx<'_>, now: Now, realm: &Realm, key: &Secret) -> Result<Option<Secret>, Error> {
    let sealed = store::captcha::find(tx, &session::fingerprint(key.reveal()), oldest(now))?;
    Ok(sealed.and_then(|sealed| realm.key.open(&place(key), &sealed)))
}

/// The picture of a key as PNG; `None` when it was answered, is too old or never was.
///
/// # Errors
/// Failures of the database.
pub fn draw(tx: &mut Tx<'_>, now: Now, realm: &Realm, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let key = Secret::from(key);
    let Some(text) = text(tx, now, realm, &key)? else { return Ok(None) };
    // Bent the same way every time: several drawings of one text would be easier to read.
    let bends = realm.key.hash(&Secret::new(format!("captcha picture\n{}", key.reveal())));
    Ok(Some(picture::png(text.reveal(), &bends)))
}

/// Takes an answer and says whether it is right; the picture is gone either way.
///
/// # Errors
/// Failures of the database.
pub fn answer(tx: &mut Tx<'_>, now: Now, realm: &Realm, key: &str, answer: &str) -> Result<bool, Error> {
    let key = Secret::from(key);
    let text = text(tx, now, realm, &key)?;
    store::captcha::delete(tx, &session::fingerprint(key.reveal()))?;
    Ok(text.is_some_and(|text| text.matches(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    fn issued(world: &World) -> (Secret, String) {
        let (realm, now) = (world.realm.clone(), world.now());
        let key = world.write(move |tx| issue(tx, now, &realm));
        let shown = world.read(|tx| text(tx, now, &world.realm, &key)).unwrap();
        (key, shown.reveal().to_owned())
    }

    fn answered(world: &World, key: &Secret, given: &str) -> bool {
        let (realm, now) = (world.realm.clone(), world.now());
        let (key, given) = (key.clone(), given.to_owned());
        world.write(move |tx| answer(tx, now, &realm, key.reveal(), &given))
    }

    fn drawn(world: &World, key: &str) -> Option<Vec<u8>> {
        world.read(|tx| draw(tx, world.now(), &world.realm, key))
    }

    #[test]
    fn a_picture_takes_one_answer() {
        let world = World::new();
        let (key, text) = issued(&world);
        assert!(text.len() == 5 && text.chars().all(|letter| ALPHABET.contains(letter)), "{text}");
        assert!(answered(&world, &key, &text));
        assert!(!answered(&world, &key, &text), "a second time");
        // One of digits alone has no capitals.
        let of_letters = |text: &str| text.contains(|letter: char| letter.is_ascii_lowercase());
        let issued_again = std::iter::repeat_with(|| issued(&world)).find(|(_, text)| of_letters(text));
        let (key, text) = issued_again.unwrap();
        assert!(!answered(&world, &key, &text.to_uppercase()));
        assert!(!answered(&world, &key, &text), "a wrong answer uses it up");
        assert!(!answered(&world, &"no such key".into(), ""));
    }

    #[test]
    fn a_picture_lives_for_twenty_minutes_and_is_then_forgotten() {
        let world = World::new();
        let (key, text) = issued(&world);
        world.pass_minutes(20);
        assert!(drawn(&world, key.reveal()).is_some());
        world.pass(1);
        assert!(drawn(&world, key.reveal()).is_none());
        assert!(!answered(&world, &key, &text));
        let (_, _) = issued(&world);
        world.pass_minutes(21);
        issued(&world);
        let rows = world.read(|tx| Ok(tx.one("SELECT count(*) FROM captcha", &[], "n", |row| row.int(0))?));
        assert_eq!(rows, 1);
    }

    #[test]
    fn a_picture_is_the_same_every_time_and_differs_from_others() {
        let world = World::new();
        let ((one, _), (other, _)) = (issued(&world), issued(&world));
        assert_eq!(drawn(&world, one.reveal()), drawn(&world, one.reveal()));
        assert_ne!(drawn(&world, one.reveal()), drawn(&world, other.reveal()));
        assert_eq!(drawn(&world, "nothing"), None);
    }

    #[test]
    fn the_database_shows_neither_text_nor_key() {
        let world = World::new();
        let (key, text) = issued(&world);
        let dump = world.dump();
        let secret = key.reveal().as_bytes();
        assert!(!dump.windows(secret.len()).any(|part| part == secret));
        let kept = world.read(|tx| Ok(tx.one("SELECT text FROM captcha", &[], "text", |row| row.text(0))?));
        assert!(kept.starts_with("sealed1:") && !kept.contains(&text), "{kept}");
    }
}
