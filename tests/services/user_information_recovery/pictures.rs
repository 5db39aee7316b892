//! The pictures that keep programs out.

use super::*;

/// What a person would read in a picture.
fn read(world: &World, key: &str) -> Option<String> {
    let written = std::fs::read_to_string(world.settings.data_dir.join("secret.key")).ok()?;
    let digits = written.trim().as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let own = SecretKey::new(&bytes?.try_into().ok()?).ok()?;
    let sealed = world.stored("SELECT text FROM captcha");
    Some(own.open(&format!("captcha {key}"), &sealed)?.reveal().to_owned())
}

#[test]
fn a_picture_is_shown_to_everybody_until_it_is_answered_and_its_answer_opens_the_first_step() {
    let (world, portal) = program(World::new(&[]));
    let told = |captcha: &str, operation: &str| {
        error(&result(
            &portal,
            SERVICE,
            operation,
            &[fields(&[("username", TOM)]), captcha.to_owned()].concat(),
        ))
    };
    let without = "18004 Error while validating captcha";
    assert_eq!(told("", "verifyUser"), without);
    assert_eq!(
        told("", "confirmUserSelfRegistration"),
        "18004 Error while validating captcha for user : tom"
    );
    assert_eq!(told("", "verifyConfirmationCode"), "18001 Error while validating captcha for user : tom");
    assert_eq!(
        error(&result(&portal, SERVICE, "verifyAccount", &claim(MAIL, TOMS_MAIL))),
        "18004 Error processing captcha"
    );
    let captcha = result(&portal, SERVICE, "getCaptcha", "");
    let secret = captcha.value("secretKey").unwrap();
    let path = format!("/{}", captcha.value("imagePath").unwrap());
    assert!(path.ends_with(&format!("{secret}.png")), "{path}");
    let picture = world.client().get(&path, &[]);
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert_eq!(picture.header("cache-control"), Some("no-store"));
    assert!(picture.body.starts_with(b"\x89PNG"));
    let text = read(&world, secret).unwrap();
    let answer = |text: &str| bean("captcha", &fields(&[("secretKey", secret), ("userAnswer", text)]));
    let right = [fields(&[("username", TOM)]), answer(&text)].concat();
    assert!(!key(&result(&portal, SERVICE, "verifyUser", &right)).is_empty());
    assert_eq!(told(&answer(&text), "verifyUser"), without, "a picture is answered once");
    assert_eq!(world.client().get(&path, &[]).status, 404);
    let captcha = result(&portal, SERVICE, "getCaptcha", "");
    let wrong = bean(
        "captcha",
        &fields(&[("secretKey", captcha.value("secretKey").unwrap()), ("userAnswer", "wrong")]),
    );
    assert_eq!(told(&wrong, "verifyUser"), without);
}
