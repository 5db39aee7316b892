use super::*;
use crate::domain::challenge::Answer;
use crate::domain::fixture::*;

const FIRST: &str = "http://wso2.org/claims/challengeQuestion1";
const SECOND: &str = "http://wso2.org/claims/challengeQuestion2";

fn dialogue(world: &World, name: &str) -> Dialogue {
    let actor = world.read(|tx| admin(tx, SUPER));
    Dialogue { now: world.now(), realm: world.realm.clone(), actor, user_name: name.to_owned() }
}

fn step<T: Send + 'static>(
    world: &World,
    name: &str,
    work: impl FnOnce(&Dialogue, &mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let dialogue = dialogue(world, name);
    world.store.write_blocking(move |tx| work(&dialogue, tx))
}

fn begin(world: &World, name: &str) -> Result<Secret, Problem> {
    step(world, name, |dialogue, tx| dialogue.begin(tx))
}

fn list(world: &World, key: &Secret) -> Result<Secret, Problem> {
    let key = key.clone();
    step(world, "tom", move |dialogue, tx| dialogue.list(tx, &key)).map(|(_, key)| key)
}

fn ask(world: &World, key: &Secret, set: &'static str) -> Result<Secret, Problem> {
    let key = key.clone();
    step(world, "tom", move |dialogue, tx| dialogue.ask(tx, &key, set)).map(|(_, key)| key)
}

/// The next key, when the answers are right.
fn say(world: &World, key: &Secret, scope: Scope, given: &[(&str, &str)]) -> Result<Option<Secret>, Problem> {
    let key = key.clone();
    let given: Vec<Given> =
        given.iter().map(|(set, answer)| Given { set: (*set).into(), answer: (*answer).into() }).collect();
    let verdict = step(world, "tom", move |dialogue, tx| dialogue.answer(tx, &key, scope, &given))?;
    Ok(match verdict {
        Verdict::Right(key) => Some(key),
        Verdict::Wrong => None,
    })
}

fn set(world: &World, key: &Secret, password: &str) -> Result<(), Problem> {
    dialogue(world, "tom").set_password(&world.store, key.clone(), &password.into())
}

fn send(world: &World, key: &Secret) -> Result<Option<ToSend>, Problem> {
    let key = key.clone();
    step(world, "tom", move |dialogue, tx| dialogue.send_code(tx, &key))
}

fn confirm(world: &World, name: &'static str, code: &Secret) -> Result<Secret, Problem> {
    let code = code.clone();
    step(world, name, move |dialogue, tx| dialogue.confirm(tx, &code))
}

/// tom, who answered both questions.
fn answered() -> World {
    let world = World::new();
    let (tom, realm, now) = (world.find("tom"), world.realm.clone(), world.now());
    world.write(move |tx| {
        let actor = admin(tx, SUPER)?;
        let answers =
            [(FIRST, "Where ?", "Colombo"), (SECOND, "Which ?", "Mini")].map(|(set, question, answer)| {
                Answer { set: set.to_owned(), question: question.to_owned(), answer: answer.into() }
            });
        challenge::answer(tx, now, &realm, &actor, &tom, &answers)
    });
    world
}

macro_rules! assert_problem {
    ($result:expr, $problem:pat) => {
        let result = $result;
        assert!(matches!(result, Err($problem)), "{result:?}");
    };
}

#[test]
fn a_mailed_code_leads_to_a_new_password_and_every_key_is_used_once() {
    let world = World::new();
    let tom = world.find("tom");
    world.open_session(&tom);
    let first = begin(&world, "tom").unwrap();
    assert!(send(&world, &first).unwrap().is_none());
    assert_problem!(send(&world, &first), Problem::InvalidKey);
    let mail = world.mails(&tom).remove(0);
    assert_eq!(mail.template, "passwordreset");
    let second = confirm(&world, "tom", &mail.code()).unwrap();
    assert_problem!(confirm(&world, "tom", &mail.code()), Problem::InvalidKey);
    assert_eq!(world.problem(&mail.code(), NEW), Some(18001), "the link is used up with its code");
    assert!(world.gets_in("tom", OLD), "nothing is changed until the last step");
    set(&world, &second, NEW).unwrap();
    assert_problem!(set(&world, &second, OLD), Problem::InvalidKey);
    assert!(world.gets_in("tom", NEW) && !world.gets_in("tom", OLD));
    assert_eq!(world.sessions(&tom), 0);
    assert!(world.audited(&tom).contains(&"Change Password by Administrator".to_owned()));
}

#[test]
fn the_link_in_the_mail_works_as_well_and_uses_up_the_code() {
    let world = World::new();
    let tom = world.find("tom");
    send(&world, &begin(&world, "tom").unwrap()).unwrap();
    let code = world.mails(&tom).remove(0).code();
    world.complete(&code, NEW).unwrap();
    assert_problem!(confirm(&world, "tom", &code), Problem::InvalidKey);
}

#[test]
fn right_answers_one_by_one_lead_to_a_new_password() {
    let world = answered();
    let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let key = ask(&world, &key, FIRST).unwrap();
    let key = say(&world, &key, Scope::One, &[(FIRST, "colombo")]).unwrap().unwrap();
    // A program may ask on.
    let key = ask(&world, &key, SECOND).unwrap();
    assert_problem!(set(&world, &key, NEW), Problem::InvalidKey);
    let key = say(&world, &key, Scope::One, &[(SECOND, " MINI ")]).unwrap().unwrap();
    set(&world, &key, NEW).unwrap();
    assert!(world.gets_in("tom", NEW));
}

#[test]
fn answers_together_have_to_be_right_and_complete() {
    let world = answered();
    let begun = || list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let all = |key: &Secret, given: &[(&str, &str)]| say(&world, key, Scope::All, given).unwrap();
    let key = begun();
    assert!(all(&key, &[(FIRST, "Colombo")]).is_none(), "one is missing");
    assert!(all(&key, &[(FIRST, "Colombo"), (SECOND, "Morris")]).is_none());
    assert!(all(&key, &[(FIRST, "Colombo"), (FIRST, "Kandy"), (SECOND, "Mini")]).is_none(), "twice");
    assert!(all(&key, &[]).is_none());
    let next = all(&begun(), &[(SECOND, "mini"), (FIRST, "Colombo")]).unwrap();
    set(&world, &next, NEW).unwrap();
}

#[test]
fn a_user_without_answers_is_recovered_by_none() {
    let world = World::new();
    let key = begin(&world, "tom").unwrap();
    assert_problem!(list(&world, &key), Problem::NoQuestion);
    // The key goes on to the other way.
    assert!(send(&world, &key).is_ok());
    // Somebody whose answers vanish meanwhile has not answered everything.
    let world = answered();
    let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let tom = world.find("tom");
    world.claims(&tom, &[("http://wso2.org/claims/challengeQuestionUris", None)]).unwrap();
    assert!(say(&world, &key, Scope::All, &[(FIRST, "Colombo")]).unwrap().is_none());
}

#[test]
fn a_key_lasts_for_a_few_wrong_answers_and_no_more() {
    let world = answered();
    let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let key = ask(&world, &key, FIRST).unwrap();
    for _ in 0..4 {
        assert!(say(&world, &key, Scope::One, &[(FIRST, "Kandy")]).unwrap().is_none());
    }
    assert!(say(&world, &key, Scope::One, &[(SECOND, "Kandy")]).unwrap().is_none(), "the fifth");
    assert_problem!(say(&world, &key, Scope::One, &[(FIRST, "Colombo")]), Problem::InvalidKey);
}

#[test]
fn wrong_answers_lock_the_account_where_failures_do() {
    let world = answered();
    world.set("account.lock.handler.enable", "true");
    world.set("account.lock.handler.On.Failure.Max.Attempts", "2");
    let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let key = ask(&world, &key, FIRST).unwrap();
    for _ in 0..2 {
        say(&world, &key, Scope::One, &[(FIRST, "Kandy")]).unwrap();
    }
    assert_eq!(world.claim(&world.find("tom"), LOCKED).as_deref(), Some("true"));
    assert_problem!(begin(&world, "tom"), Problem::Locked);
    // What was right before the lock sets no password under it.
    let key = say(&world, &key, Scope::One, &[(FIRST, "Colombo")]).unwrap().unwrap();
    assert_problem!(set(&world, &key, NEW), Problem::Locked);
}

#[test]
fn a_disabled_account_a_lock_and_a_forced_reset_stand_in_the_way_at_both_ends() {
    let world = answered();
    let tom = world.find("tom");
    world.set(LINK, "true");
    let fresh = || {
        let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
        say(&world, &key, Scope::All, &[(FIRST, "Colombo"), (SECOND, "Mini")]).unwrap().unwrap()
    };
    let key = fresh();
    world.claims(&tom, &[(lockout::DISABLED, Some("true"))]).unwrap();
    assert_problem!(begin(&world, "tom"), Problem::Disabled);
    assert_problem!(set(&world, &key, NEW), Problem::Disabled);
    world.claims(&tom, &[(lockout::DISABLED, Some("false")), (LOCKED, Some("true"))]).unwrap();
    assert_problem!(set(&world, &key, NEW), Problem::Locked);
    world.claims(&tom, &[(LOCKED, Some("false"))]).unwrap();
    world.trigger(&tom).unwrap();
    assert_problem!(begin(&world, "tom"), Problem::Locked);
    assert_problem!(set(&world, &key, NEW), Problem::Locked);
    assert!(!world.gets_in("tom", NEW));
    let forced = world.mails(&tom).pop().unwrap().code();
    assert_problem!(confirm(&world, "tom", &forced), Problem::InvalidKey);
    assert!(world.row(&tom).is_some(), "the forced reset is as it was");
}

#[test]
fn keys_expire_and_are_told_apart_from_wrong_ones() {
    let world = answered();
    let key = begin(&world, "tom").unwrap();
    world.pass_minutes(5);
    let key = list(&world, &key).unwrap();
    world.pass_minutes(5);
    world.pass(1);
    assert_problem!(ask(&world, &key, FIRST), Problem::ExpiredKey);
    assert_problem!(ask(&world, &"nonsense".into(), FIRST), Problem::InvalidKey);
    assert_problem!(ask(&world, &"".into(), FIRST), Problem::InvalidKey);
}

#[test]
fn a_key_is_good_for_its_step_and_its_user_only() {
    let world = answered();
    world.user("ann");
    let key = begin(&world, "tom").unwrap();
    assert_problem!(ask(&world, &key, FIRST), Problem::InvalidKey);
    assert_problem!(set(&world, &key, NEW), Problem::InvalidKey);
    assert_problem!(say(&world, &key, Scope::All, &[(FIRST, "Colombo")]), Problem::InvalidKey);
    let other = key.clone();
    assert_problem!(
        step(&world, "ann", move |dialogue, tx| dialogue.send_code(tx, &other)),
        Problem::InvalidKey
    );
    let other = key.clone();
    assert_problem!(
        step(&world, "nobody", move |dialogue, tx| dialogue.list(tx, &other)),
        Problem::InvalidKey
    );
    let second = begin(&world, "tom").unwrap();
    assert_problem!(list(&world, &key), Problem::InvalidKey);
    assert!(list(&world, &second).is_ok());
    // A mailed code does not change hands either.
    send(&world, &begin(&world, "tom").unwrap()).unwrap();
    let code = world.mails(&world.find("tom")).remove(0).code();
    assert_problem!(confirm(&world, "ann", &code), Problem::InvalidKey);
    assert!(confirm(&world, "tom", &code).is_ok());
}

#[test]
fn names_reach_no_further_than_the_tenant_of_the_program() {
    let world = World::new();
    world.tenant("acme.example");
    for name in ["", "  ", "tom@acme.example", "tom@nowhere.example"] {
        assert_problem!(begin(&world, name), Problem::BadName);
    }
    for name in ["nobody", "NOSTORE/tom"] {
        assert_problem!(begin(&world, name), Problem::NoSuchUser);
    }
    for name in ["tom", "TOM", "tom@carbon.super", "PRIMARY/tom"] {
        assert!(begin(&world, name).is_ok(), "{name}");
    }
}

#[test]
fn a_refused_password_leaves_the_key_good() {
    let world = answered();
    let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let key = say(&world, &key, Scope::All, &[(FIRST, "Colombo"), (SECOND, "Mini")]).unwrap().unwrap();
    assert_problem!(set(&world, &key, "x"), Problem::Password(_));
    set(&world, &key, NEW).unwrap();
}

#[test]
fn without_an_address_there_is_no_mail_and_the_key_stays_good() {
    let world = answered();
    world.claims(&world.find("tom"), &[(MAIL, None)]).unwrap();
    let key = begin(&world, "tom").unwrap();
    assert_problem!(send(&world, &key), Problem::NoMail(_));
    assert!(list(&world, &key).is_ok());
    assert!(world.row(&world.find("tom")).is_none());
}

#[test]
fn a_tenant_that_sends_its_mails_itself_gets_what_it_needs() {
    let world = World::new();
    world.set("Recovery.Notification.InternallyManage", "false");
    let tom = world.find("tom");
    world.claims(&tom, &[(super::GIVEN_NAME, Some("Thomas"))]).unwrap();
    let sent = send(&world, &begin(&world, "tom").unwrap()).unwrap().unwrap();
    assert_eq!((sent.address.as_str(), sent.first_name.as_deref()), ("tom@example.org", Some("Thomas")));
    assert!(world.all_mails().is_empty());
    let key = confirm(&world, "tom", &sent.code.unwrap()).unwrap();
    set(&world, &key, NEW).unwrap();
    let (realm, now) = (world.realm.clone(), world.now());
    let name = world.store.write_blocking(move |tx| send_name(tx, now, &realm, &tom, None)).unwrap().unwrap();
    assert!(name.code.is_none());
}

#[test]
fn no_key_is_kept_in_clear() {
    let world = answered();
    let key = begin(&world, "tom").unwrap();
    let dump = world.dump();
    let secret = key.reveal().as_bytes();
    assert!(!dump.windows(secret.len()).any(|part| part == secret));
}

#[test]
fn an_imported_answer_is_kept_better_once_it_was_right() {
    let world = answered();
    let tom = world.find("tom");
    // The unsalted SHA-256 hash of "colombo", as the original keeps it.
    let imported = "Where ?!Ro86J+wm/zkUt2/6GDf+xZY8s/2pjPqTUhrdOrwGSb4=".to_owned();
    world.claims(&tom, &[(FIRST, Some(&imported))]).unwrap();
    let begun = || list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let both = [(FIRST, "Colombo"), (SECOND, "Mini")];
    assert!(say(&world, &begun(), Scope::All, &[(FIRST, "Kandy"), (SECOND, "Mini")]).unwrap().is_none());
    assert_eq!(world.claim(&tom, FIRST).as_ref(), Some(&imported));
    assert!(say(&world, &begun(), Scope::All, &both).unwrap().is_some());
    let kept = world.claim(&tom, FIRST).unwrap();
    assert!(kept.starts_with("Where ?!") && kept != imported, "{kept}");
    assert!(say(&world, &begun(), Scope::All, &both).unwrap().is_some());
    assert_eq!(world.claim(&tom, FIRST), Some(kept));
}

#[test]
fn a_new_password_by_any_way_ends_the_recovery() {
    let world = answered();
    let tom = world.find("tom");
    let key = list(&world, &begin(&world, "tom").unwrap()).unwrap();
    let key = say(&world, &key, Scope::All, &[(FIRST, "Colombo"), (SECOND, "Mini")]).unwrap().unwrap();
    let (realm, now, new) = (world.realm.clone(), world.now(), world.prepared(&tom, "Another@1"));
    world.write(move |tx| {
        let actor = admin(tx, SUPER)?;
        user::set_password_by_admin(tx, now, &realm, &actor, "tom", &new)
    });
    assert_problem!(set(&world, &key, NEW), Problem::InvalidKey);
    assert!(world.gets_in("tom", "Another@1"));
}

#[test]
fn a_code_is_handed_over_to_nobody_who_merely_may_log_in() {
    let world = World::new();
    world.set(governance::MAILS_ITSELF, "false");
    let ann = world.user("ann");
    let super_tenant = world.read(|tx| Ok(tenant::by_id(tx, TenantId::SUPER)?.unwrap()));
    let low = Dialogue { actor: Actor::of(&super_tenant, &ann, "ann"), ..dialogue(&world, "tom") };
    let key = begin(&world, "tom").unwrap();
    let kept = key.clone();
    let refused = world.store.write_blocking(move |tx| low.send_code(tx, &kept));
    assert_problem!(refused, Problem::NoMail(_));
    assert!(world.row(&world.find("tom")).is_none(), "and there is none");
    assert!(send(&world, &key).unwrap().is_some(), "who may manage has it");
}

#[test]
fn wrong_answers_count_whatever_key_they_come_with() {
    let world = answered();
    let asked = || ask(&world, &list(&world, &begin(&world, "tom").unwrap()).unwrap(), FIRST).unwrap();
    for _ in 0..5 {
        assert!(say(&world, &asked(), Scope::One, &[(FIRST, "Kandy")]).unwrap().is_none());
    }
    let key = asked();
    assert_problem!(say(&world, &key, Scope::One, &[(FIRST, "Colombo")]), Problem::InvalidKey);
    // A mail is another way, and after some time there are answers again.
    assert!(send(&world, &begin(&world, "tom").unwrap()).is_ok());
    world.pass_minutes(1_441);
    let key = asked();
    assert!(say(&world, &key, Scope::One, &[(FIRST, "Kandy")]).unwrap().is_none());
    assert!(say(&world, &key, Scope::One, &[(FIRST, "Colombo")]).unwrap().is_some());
}
