use super::*;
use crate::domain::fixture::*;
use crate::domain::tenant;

const FIRST: &str = "http://wso2.org/claims/challengeQuestion1";
const SECOND: &str = "http://wso2.org/claims/challengeQuestion2";
const CITY: &str = "City where you were born ?";
const CAR: &str = "Model of your first car ?";

fn given(set: &str, question: &str, answer: &str) -> Answer {
    Answer { set: set.to_owned(), question: question.to_owned(), answer: answer.into() }
}

fn keep(world: &World, user: &User, answers: &[Answer]) -> Result<(), Error> {
    let (realm, user, now, answers) = (world.realm.clone(), user.clone(), world.now(), answers.to_vec());
    world.store.write_blocking(move |tx| {
        let actor = admin(tx, user.tenant)?;
        answer(tx, now, &realm, &actor, &user, &answers)
    })
}

fn kept(world: &World, user: &User) -> Vec<Answered> {
    world.read(|tx| of_user(tx, &world.realm, user))
}

fn question(set: &str, id: &str, text: &str, locale: &str) -> Question {
    Question { set: set.into(), id: id.into(), text: text.into(), locale: locale.into() }
}

fn put_as_admin(world: &World, questions: Vec<Question>) -> Result<(), Error> {
    let now = world.now();
    world.store.write_blocking(move |tx| {
        let actor = admin(tx, SUPER)?;
        put(tx, now, &actor, &questions)
    })
}

fn texts(world: &World, locale: &str) -> Vec<String> {
    let found = world.read(|tx| in_locale(tx, SUPER, locale));
    found.into_iter().map(|question| question.text).collect()
}

#[test]
fn a_tenant_begins_with_two_sets_of_four_questions() {
    let world = World::new();
    let acme = world.tenant("acme.example");
    for tenant in [SUPER, acme] {
        let found = world.read(|tx| all(tx, tenant));
        let sets: Vec<&str> = found.iter().map(|question| question.set.as_str()).collect();
        assert_eq!(sets, [[FIRST; 4], [SECOND; 4]].concat());
        assert_eq!(found.first().map(|one| (one.text.as_str(), one.id.as_str())), Some((CITY, "question1")));
        assert!(found.iter().all(|question| question.locale == "en_US"));
    }
}

#[test]
fn the_questions_of_one_tenant_are_not_those_of_another() {
    let world = World::new();
    let acme = world.tenant("acme.example");
    let now = world.now();
    world.write(move |tx| {
        let actor = admin(tx, acme)?;
        replace(tx, now, &actor, [(FIRST.to_owned(), "What is acme ?".to_owned())])
    });
    assert_eq!(world.read(|tx| all(tx, acme)).len(), 1);
    assert_eq!(world.read(|tx| all(tx, SUPER)).len(), 8);
}

#[test]
fn an_answer_is_right_without_regard_to_case_and_blanks_around_it() {
    let world = World::new();
    let tom = world.find("tom");
    keep(&world, &tom, &[given(FIRST, CITY, " Colombo "), given(SECOND, CAR, "Mini")]).unwrap();
    let kept = kept(&world, &tom);
    assert_eq!(kept.iter().map(|one| one.question.as_str()).collect::<Vec<_>>(), [CITY, CAR]);
    let right = |at: usize, text: &str| is_right(&world.realm, &tom, kept.get(at).unwrap(), &text.into());
    assert!(right(0, "colombo") && right(0, "COLOMBO\n") && right(1, "mini"));
    assert!(!right(0, "mini") && !right(1, "colombo") && !right(0, "") && !right(0, "colombo2"));
}

#[test]
fn the_database_holds_no_answer_and_no_hash_that_guesses_can_be_tried_on() {
    let world = World::new();
    let (tom, ann) = (world.find("tom"), world.user("ann"));
    for user in [&tom, &ann] {
        keep(&world, user, &[given(FIRST, CITY, "Anuradhapura")]).unwrap();
    }
    let dump = world.dump();
    let holds = |text: &str| dump.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()));
    assert!(holds(CITY), "the dump shows claims");
    assert!(!holds("anuradhapura"));
    assert!(!holds(&STANDARD.encode(plain_hash(&"anuradhapura".into()))));
    let proof = |user: &User| kept(&world, user).remove(0).proof;
    assert_ne!(proof(&tom), proof(&ann), "equal answers of two users do not look equal");
    // One user's proof is nothing to another user.
    assert!(!is_right(&world.realm, &ann, &kept(&world, &tom).remove(0), &"Anuradhapura".into()));
}

#[test]
fn an_imported_answer_counts() {
    let world = World::new();
    let tom = world.find("tom");
    let imported = format!("{CITY}!{}", STANDARD.encode(plain_hash(&"colombo".into())));
    world.claims(&tom, &[(FIRST, Some(&imported)), (ANSWERED_SETS, Some(FIRST))]).unwrap();
    let kept = kept(&world, &tom).remove(0);
    assert!(is_right(&world.realm, &tom, &kept, &"Colombo".into()));
    assert!(!is_right(&world.realm, &tom, &kept, &"Kandy".into()));
}

#[test]
fn a_proof_that_is_sent_back_keeps_the_answer() {
    let world = World::new();
    let tom = world.find("tom");
    keep(&world, &tom, &[given(FIRST, CITY, "Colombo")]).unwrap();
    let proof = kept(&world, &tom).remove(0).proof;
    keep(&world, &tom, &[given(FIRST, CITY, &proof), given(SECOND, CAR, "Mini")]).unwrap();
    let kept = kept(&world, &tom);
    assert_eq!(kept.len(), 2);
    assert!(is_right(&world.realm, &tom, kept.first().unwrap(), &"colombo".into()));
}

#[test]
fn sets_that_are_not_answered_again_are_no_longer_listed() {
    let world = World::new();
    let tom = world.find("tom");
    keep(&world, &tom, &[given(FIRST, CITY, "Colombo"), given(SECOND, CAR, "Mini")]).unwrap();
    keep(&world, &tom, &[given(SECOND, CAR, "Morris")]).unwrap();
    let kept = kept(&world, &tom);
    assert_eq!(kept.iter().map(|one| one.set.as_str()).collect::<Vec<_>>(), [SECOND]);
    assert!(is_right(&world.realm, &tom, kept.first().unwrap(), &"morris".into()));
    keep(&world, &tom, &[]).unwrap();
    assert!(self::kept(&world, &tom).is_empty());
}

#[test]
fn a_question_may_hold_the_separator() {
    let world = World::new();
    let tom = world.find("tom");
    keep(&world, &tom, &[given(FIRST, "Really ! Which one ?", "This")]).unwrap();
    let kept = kept(&world, &tom).remove(0);
    assert_eq!(kept.question, "Really ! Which one ?");
    assert!(is_right(&world.realm, &tom, &kept, &"this".into()));
}

#[test]
fn another_separator_stands_in_the_claim_and_between_the_sets() {
    let world = World::with(|policy| policy.challenge_separator = "||".into());
    let tom = world.find("tom");
    keep(&world, &tom, &[given(FIRST, "Really ! Which one ?", "This"), given(SECOND, CAR, "Mini")]).unwrap();
    assert_eq!(world.claim(&tom, ANSWERED_SETS), Some([FIRST, SECOND].join("||")));
    assert!(world.claim(&tom, FIRST).is_some_and(|value| value.starts_with("Really ! Which one ?||")));
    let kept = kept(&world, &tom);
    assert_eq!(
        kept.iter().map(|one| one.question.as_str()).collect::<Vec<_>>(),
        ["Really ! Which one ?", CAR]
    );
}

#[test]
fn no_set_gives_access_to_the_claims_of_the_account() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    for set in [LOCKED, TRIGGER, PUBLISHED, ANSWERED_SETS] {
        assert!(matches!(keep(&world, &tom, &[given(set, CITY, "x")]), Err(Error::Refused(_))), "{set}");
    }
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
    // A set without a claim of that name has no place for an answer.
    assert!(keep(&world, &tom, &[given("http://wso2.org/claims/challengeQuestion9", CITY, "x")]).is_err());
}

#[test]
fn questions_are_changed_by_set_name_and_locale() {
    let world = World::new();
    put_as_admin(&world, vec![question(FIRST, "question1", "Ville de naissance ?", "fr_FR")]).unwrap();
    assert_eq!(texts(&world, "FR_fr"), ["Ville de naissance ?"]);
    assert_eq!(texts(&world, "").len(), 8);
    put_as_admin(&world, vec![question(FIRST, "question1", "Lieu de naissance ?", "fr_fr")]).unwrap();
    assert_eq!(texts(&world, "fr_FR"), ["Lieu de naissance ?"]);
    // The end of the URI names the set.
    put_as_admin(&world, vec![question("urn:x/challengeQuestion1", "question1", "Where ?", "en_US")])
        .unwrap();
    assert_eq!(texts(&world, "en_US").len(), 8);
    assert_eq!(texts(&world, "en_US").first().map(String::as_str), Some("Where ?"));
}

#[test]
fn users_are_asked_in_their_locale_or_in_the_default_one() {
    let world = World::new();
    let tom = world.find("tom");
    put_as_admin(&world, vec![question(FIRST, "question1", "Ville de naissance ?", "fr_FR")]).unwrap();
    let asked = || world.read(|tx| for_user(tx, &world.realm, &tom)).len();
    assert_eq!(asked(), 8);
    world.claims(&tom, &[(LOCALITY, Some("fr_FR"))]).unwrap();
    assert_eq!(asked(), 1);
    world.claims(&tom, &[(LOCALITY, Some("de_DE"))]).unwrap();
    assert_eq!(asked(), 8);
}

#[test]
fn of_several_questions_one_of_which_is_refused_none_is_stored() {
    let world = World::new();
    let good = question(FIRST, "question9", "Good ?", "en_US");
    let refused = [
        (question("", "q", "t", "en_US"), "cannot be empty."),
        (question(FIRST, " ", "t", "en_US"), "cannot be empty."),
        (question(FIRST, "q", "", "en_US"), "cannot be empty."),
        (question(FIRST, "q", "t", ""), "cannot be empty."),
        (question(FIRST, "a-b", "t", "en_US"), "QuestionId contains non alpha-numeric characters."),
        (question("urn:my-set", "q", "t", "en_US"), "ChallengeSetId contains non alpha-numeric characters."),
        (question(FIRST, "q", "t", "../x"), "Invalid Locale value provided : ../x"),
    ];
    for (bad, text) in refused {
        let error = put_as_admin(&world, vec![good.clone(), bad]).unwrap_err().to_string();
        assert!(error.ends_with(text), "{error}");
        assert_eq!(texts(&world, "en_US").len(), 8);
    }
}

#[test]
fn deleted_questions_are_gone_and_missing_ones_passed_over() {
    let world = World::new();
    let now = world.now();
    let gone =
        vec![question(FIRST, "question2", "whatever", "en_US"), question(FIRST, "question77", "x", "en_US")];
    world.write(move |tx| {
        let actor = admin(tx, SUPER)?;
        delete(tx, now, &actor, &gone)
    });
    assert_eq!(texts(&world, "en_US").len(), 7);
    assert!(!texts(&world, "en_US").contains(&"Father's middle name ?".to_owned()));
    let domain = world.read(|tx| tenant::domain_of(tx, SUPER));
    let audited = world.read(|tx| {
        Ok(tx.opt("SELECT action, data FROM audit WHERE target = $1", &[(&domain).into()], |row| {
            Ok((row.text(0)?, row.text(1)?))
        })?)
    });
    let expected = (
        "Delete Challenge Questions".to_owned(),
        "challengeQuestion1/question2,challengeQuestion1/question77".to_owned(),
    );
    assert_eq!(audited, Some(expected));
}

#[test]
fn listing_questions_uses_an_index() {
    let world = World::new();
    let plan = world.read(|tx| {
        Ok(tx.query(
            "EXPLAIN QUERY PLAN SELECT question FROM challenge_question WHERE tenant_id = $1 ORDER BY set_name, id",
            &[SUPER.0.into()],
            |row| row.text(3),
        )?)
    });
    assert!(plan.iter().any(|step| step.contains("USING INDEX")), "{plan:?}");
}
