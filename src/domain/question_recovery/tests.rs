use super::*;
use crate::domain::fixture::*;

const SETS: [&str; 2] =
    ["http://wso2.org/claims/challengeQuestion1", "http://wso2.org/claims/challengeQuestion2"];

fn tenant() -> Tenant {
    Tenant { id: SUPER, domain: "carbon.super".into(), active: true, admin_name: String::new() }
}

/// A world in which tom answered two questions.
fn answered() -> (World, User) {
    let world = World::new();
    world.set(ENABLED, "true");
    let tom = world.find("tom");
    let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
    world.write(move |tx| {
        let offered = challenge::all(tx, SUPER)?;
        let of = |set: &str| offered.iter().find(|one| one.set == set).unwrap().text.clone();
        let answers: Vec<challenge::Answer> = SETS
            .iter()
            .zip(["Colombo", "Rex"])
            .map(|(set, answer)| challenge::Answer {
                set: (*set).to_owned(),
                question: of(set),
                answer: Secret::from(answer),
            })
            .collect();
        let actor = admin(tx, SUPER)?;
        challenge::answer(tx, now, &realm, &actor, &user, &answers)
    });
    (world, tom)
}

fn ask(world: &World, name: &str, pace: Pace) -> (Step, Option<Obstacle>) {
    let (realm, name, now) = (world.realm.clone(), name.to_owned(), world.now());
    world.write(move |tx| begin(tx, now, &realm, &tenant(), &name, pace))
}

fn say(world: &World, key: &Secret, given: &[(&str, &str)]) -> Answer {
    let (realm, key, now) = (world.realm.clone(), key.clone(), world.now());
    let given: Vec<(String, Secret)> =
        given.iter().map(|(set, answer)| ((*set).to_owned(), Secret::from(*answer))).collect();
    world.write(move |tx| answer(tx, now, &realm, &key, &given))
}

#[test]
fn right_answers_one_after_the_other_lead_to_a_code_that_sets_the_password() {
    let (world, tom) = answered();
    let (first, obstacle) = ask(&world, "tom", Pace::One);
    assert_eq!((first.asked.len(), obstacle), (1, None));
    assert_eq!(first.asked[0].set, SETS[0]);
    let Answer::Next(second) = say(&world, &first.key, &[(SETS[0], " colombo ")]) else { panic!("right") };
    assert_eq!(second.asked[0].set, SETS[1]);
    assert!(matches!(say(&world, &first.key, &[(SETS[0], "Colombo")]), Answer::InvalidKey), "used");
    let Answer::Done(code) = say(&world, &second.key, &[(SETS[1], "REX")]) else { panic!("right") };
    assert!(matches!(say(&world, &second.key, &[(SETS[1], "Rex")]), Answer::InvalidKey), "used");
    assert!(world.gets_in("tom", OLD), "nothing is blocked meanwhile");
    assert_eq!(world.row(&tom).unwrap().scenario, "QUESTION_BASED_PWD_RECOVERY");
    world.complete(&code, NEW).unwrap();
    assert!(world.gets_in("tom", NEW) && !world.gets_in("tom", OLD));
}

#[test]
fn all_questions_at_once_need_all_answers_and_no_others() {
    let (world, _) = answered();
    let (step, _) = ask(&world, "PRIMARY/Tom", Pace::All);
    assert_eq!(step.asked.len(), 2);
    for given in [
        &[][..],
        &[(SETS[0], "Colombo")],
        &[(SETS[0], "Colombo"), (SETS[0], "Colombo")],
        &[(SETS[0], "Colombo"), (SETS[1], "Rex"), ("x", "y")],
    ] {
        assert!(matches!(say(&world, &step.key, given), Answer::Others), "{given:?}");
    }
    assert!(matches!(say(&world, &step.key, &[(SETS[0], "Colombo"), (SETS[1], "no")]), Answer::Wrong));
    let right = [(SETS[1], "Rex"), (SETS[0], "Colombo")];
    assert!(matches!(say(&world, &step.key, &right), Answer::Done(_)));
}

#[test]
fn who_may_not_recover_is_asked_made_up_questions_like_anybody() {
    let (world, tom) = answered();
    world.user("ann");
    let nobodys = |name: &str, expected: Obstacle| {
        let ((one, obstacle), (other, _)) = (ask(&world, name, Pace::All), ask(&world, name, Pace::All));
        assert_eq!(obstacle, Some(expected), "{name}");
        assert_eq!(one.asked, other.asked, "the same every time");
        assert_eq!(one.asked.iter().map(|one| one.set.as_str()).collect::<Vec<_>>(), SETS);
        // The key that was replaced is none, as for anybody.
        assert!(matches!(
            say(&world, &one.key, &[(SETS[0], "Colombo"), (SETS[1], "Rex")]),
            Answer::InvalidKey
        ));
        assert!(matches!(say(&world, &other.key, &[(SETS[0], "Colombo"), (SETS[1], "Rex")]), Answer::Wrong));
    };
    nobodys("nobody", Obstacle::NoSuchUser);
    nobodys("", Obstacle::NoSuchUser);
    world.second_store("LDAP");
    for domain in ["PRIMARY", "LDAP"] {
        world.user_in(SUPER, domain, "eve");
    }
    nobodys("eve", Obstacle::Several);
    nobodys("LDAP/eve", Obstacle::NoAnswers);
    nobodys("ann", Obstacle::NoAnswers);
    world.claims(&tom, &[(lockout::DISABLED, Some("true"))]).unwrap();
    nobodys("tom", Obstacle::Disabled);
    world.claims(&tom, &[(lockout::DISABLED, Some("false"))]).unwrap();
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    nobodys("tom", Obstacle::Locked);
}

#[test]
fn wrong_answers_are_counted_for_the_name_whoever_it_means() {
    for name in ["tom", "nobody"] {
        let (world, _) = answered();
        for round in 0..5 {
            let (step, _) = ask(&world, name, Pace::One);
            assert!(matches!(say(&world, &step.key, &[(SETS[0], "no")]), Answer::Wrong), "{name} {round}");
        }
        let (step, _) = ask(&world, name, Pace::One);
        assert!(matches!(say(&world, &step.key, &[(SETS[0], "Colombo")]), Answer::InvalidKey), "{name}");
        world.pass_minutes(1_441);
        let (step, _) = ask(&world, name, Pace::One);
        let again = say(&world, &step.key, &[(SETS[0], "Colombo")]);
        assert_eq!(matches!(again, Answer::Next(_)), name == "tom", "{name}");
    }
}

#[test]
fn whoever_is_called_in_many_ways_has_no_more_tries_and_nobody_is_told_that_he_exists() {
    for (name, exists) in [("ann", true), ("nobody", false)] {
        let (world, tom) = answered();
        world.second_store("SECOND");
        if exists {
            // The answers go along: ann is who answered in a store that is not the primary one.
            world.write(move |tx| {
                let moved = "UPDATE user SET domain = 'SECOND', name = 'ann', folded = 'ann' WHERE id = $1";
                Ok(tx.execute(moved, &[tom.id.0.into()])?)
            });
        }
        let spellings =
            [name.to_owned(), format!("SECOND/{name}"), format!("second/{}", name.to_uppercase())];
        let mut first = None;
        for round in 0..5 {
            let (step, obstacle) = ask(&world, &spellings[round % 3], Pace::One);
            assert_eq!(obstacle.is_none(), exists);
            let asked = first.get_or_insert_with(|| step.asked.clone());
            assert_eq!(*asked, step.asked, "whatever he is called");
            assert!(matches!(say(&world, &step.key, &[(SETS[0], "no")]), Answer::Wrong), "{name} {round}");
        }
        for spelling in &spellings {
            let (step, _) = ask(&world, spelling, Pace::One);
            let answer = say(&world, &step.key, &[(SETS[0], "Colombo")]);
            assert!(matches!(answer, Answer::InvalidKey), "{spelling}: {answer:?}");
        }
    }
}

#[test]
fn wrong_answers_lock_the_account_where_wrong_passwords_do() {
    let (world, tom) = answered();
    world.set("account.lock.handler.enable", "true");
    world.set("account.lock.handler.On.Failure.Max.Attempts", "2");
    let (step, _) = ask(&world, "tom", Pace::One);
    for _ in 0..2 {
        assert!(matches!(say(&world, &step.key, &[(SETS[0], "no")]), Answer::Wrong));
    }
    assert!(!world.gets_in("tom", OLD));
    assert!(matches!(say(&world, &step.key, &[(SETS[0], "Colombo")]), Answer::Wrong), "locked meanwhile");
    assert!(world.row(&tom).is_none());
}

#[test]
fn a_key_has_its_time_and_a_tenant_can_switch_all_of_it_off() {
    let (world, _) = answered();
    let (step, _) = ask(&world, "tom", Pace::One);
    world.pass_minutes(1_440);
    let Answer::Next(second) = say(&world, &step.key, &[(SETS[0], "Colombo")]) else { panic!("in time") };
    world.pass_minutes(1_441);
    assert!(matches!(say(&world, &second.key, &[(SETS[1], "Rex")]), Answer::ExpiredKey));
    let now = world.now();
    let (step, _) = ask(&world, "tom", Pace::One);
    world.set(ENABLED, "false");
    assert!(matches!(say(&world, &step.key, &[(SETS[0], "Colombo")]), Answer::InvalidKey));
    for key in ["", "x"] {
        assert!(matches!(say(&world, &Secret::from(key), &[]), Answer::InvalidKey));
    }
    let later = now.plus_minutes(3 * 1_440);
    assert_eq!(world.write(move |tx| forget_old(tx, later)), 1);
}
