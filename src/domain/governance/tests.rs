use super::*;
use crate::domain::fixture::*;

const ATTEMPTS: &str = "account.lock.handler.On.Failure.Max.Attempts";

fn updates(world: &World, changes: &[(&str, Option<&str>)]) -> Option<String> {
    let changes: Vec<Setting> = changes
        .iter()
        .map(|(name, value)| Setting {
            name: (*name).to_owned(),
            value: value.map(str::to_owned),
            ..Setting::default()
        })
        .collect();
    as_admin(world, SUPER, move |tx, now, _, actor| update(tx, now, actor, &changes)).err()
}

fn text_of(world: &World, name: &str) -> String {
    world.read(|tx| text(tx, SUPER, name))
}

#[test]
fn a_new_tenant_has_the_default_of_every_policy() {
    let world = World::new();
    let other = world.tenant("acme.example");
    for tenant in [SUPER, other] {
        for (connector, values) in world.read(|tx| connectors(tx, tenant)) {
            assert_eq!(values.len(), connector.properties.len(), "{}", connector.name);
            for (property, value) in values {
                assert_eq!(value, property.default, "{}", property.name);
            }
        }
    }
    assert_eq!(text_of(&world, SESSION_IDLE_TIMEOUT), "15");
    assert_eq!(text_of(&world, REMEMBER_ME_TIMEOUT), "20160");
    assert!(!world.read(|tx| flag(tx, SUPER, LINK)), "no way of forcing a reset is on");
    assert_eq!(world.read(|tx| number(tx, SUPER, EXPIRY_TIME)), 1440);
}

#[test]
fn listed_settings_are_overwritten_unknown_ones_added_and_the_rest_stays() {
    let world = World::new();
    let before = world.read(|tx| all(tx, SUPER));
    assert_eq!(updates(&world, &[(LINK, Some("true")), ("Our.Own", Some("x")), (LINK, Some("TRUE"))]), None);
    let after = world.read(|tx| all(tx, SUPER));
    assert_eq!(after.len(), before.len() + 1);
    assert!(world.read(|tx| flag(tx, SUPER, LINK)), "any letter case is true");
    assert_eq!(text_of(&world, LINK), "TRUE", "the last of a name wins");
    assert_eq!(text_of(&world, "Our.Own"), "x");
    let shown = world.read(|tx| connectors(tx, SUPER));
    let values = shown.iter().flat_map(|(_, values)| values);
    let changed: Vec<_> = values.filter(|(property, value)| value != property.default).collect();
    assert_eq!(changed.len(), 1, "connectors show what they know: {changed:?}");
}

#[test]
fn a_tenants_policies_are_its_own() {
    let world = World::new();
    let other = world.tenant("acme.example");
    updates(&world, &[(LINK, Some("true"))]);
    assert!(!world.read(|tx| flag(tx, other, LINK)));
}

#[test]
fn what_is_no_number_counts_as_the_default_and_what_is_not_true_as_off() {
    let world = World::new();
    let default = world.read(|tx| number(tx, SUPER, ATTEMPTS));
    for text in ["many", "", "5.5", "99999999999999999999"] {
        assert_eq!(updates(&world, &[(ATTEMPTS, Some(text))]), None);
        assert_eq!(world.read(|tx| number(tx, SUPER, ATTEMPTS)), default, "{text:?}");
    }
    updates(&world, &[(ATTEMPTS, Some(" 7 "))]);
    assert_eq!(world.read(|tx| number(tx, SUPER, ATTEMPTS)), 7);
    for (text, on) in [(" true ", true), ("yes", false), ("1", false), ("", false)] {
        updates(&world, &[(LINK, Some(text))]);
        assert_eq!(world.read(|tx| flag(tx, SUPER, LINK)), on, "{text:?}");
    }
    assert_eq!(text_of(&world, "No.Such.Policy"), "");
    assert_eq!(world.read(|tx| number(tx, SUPER, "No.Such.Policy")), 0);
}

#[test]
fn timeouts_are_whole_numbers_above_zero_and_a_refusal_stores_nothing() {
    let world = World::new();
    for name in [SESSION_IDLE_TIMEOUT, REMEMBER_ME_TIMEOUT] {
        for bad in
            [Some("0"), Some("-1"), Some("+5"), Some("soon"), Some(""), Some(" 5"), Some("99999999999"), None]
        {
            let refusal = updates(&world, &[(LINK, Some("true")), (name, bad)]);
            let expected = format!("{name} of ResidentIdP should be a numeric value greater than 0 ");
            assert_eq!(refusal, Some(expected), "{bad:?}");
        }
        assert_eq!(updates(&world, &[(name, Some("30"))]), None);
        assert_eq!(world.read(|tx| number(tx, SUPER, name)), 30);
    }
    assert!(!world.read(|tx| flag(tx, SUPER, LINK)));
}

#[test]
fn a_time_of_sessions_counts_for_those_that_are_open() {
    let world = World::new();
    let there = world.tenant("acme.example");
    let open = |tenant, kind, minutes| {
        let now = world.now();
        world.write(move |tx| {
            let actor = admin(tx, tenant)?;
            session::open(tx, now, kind, &actor, minutes)
        })
    };
    let plain = open(SUPER, session::Kind::Browser, 15);
    let remembered = open(SUPER, session::Kind::Browser, 20_160);
    let services = open(SUPER, session::Kind::Admin, 15);
    let elsewhere = open(there, session::Kind::Browser, 15);
    let lives = |id: &crate::domain::Secret, kind| {
        world.read(|tx| Ok(session::find(tx, world.now(), kind, id.reveal())?.is_some()))
    };
    // One takes the other's place, and each session keeps to its own.
    assert_eq!(
        updates(&world, &[(SESSION_IDLE_TIMEOUT, Some("20160")), (REMEMBER_ME_TIMEOUT, Some("5"))]),
        None
    );
    world.pass_minutes(6);
    assert!(lives(&plain, session::Kind::Browser) && !lives(&remembered, session::Kind::Browser));
    assert_eq!(updates(&world, &[(SESSION_IDLE_TIMEOUT, Some("2"))]), None);
    assert!(!lives(&plain, session::Kind::Browser));
    assert!(lives(&services, session::Kind::Admin) && lives(&elsewhere, session::Kind::Browser));
}

#[test]
fn an_expiry_time_that_makes_every_code_void_is_refused() {
    let world = World::new();
    for bad in ["0", "-5", "never", ""] {
        let refusal = updates(&world, &[(EXPIRY_TIME, Some(bad))]).unwrap();
        assert_eq!(refusal, "Recovery.ExpiryTime should be a number of minutes greater than 0", "{bad:?}");
    }
    assert_eq!(updates(&world, &[(EXPIRY_TIME, Some(" 5 "))]), None);
    assert_eq!(world.read(|tx| number(tx, SUPER, EXPIRY_TIME)), 5);
}

#[test]
fn what_does_not_fit_into_the_originals_columns_is_refused_as_a_whole() {
    let world = World::new();
    let (fits, long) = ("ä".repeat(255), "a".repeat(256));
    assert_eq!(updates(&world, &[("Our.Own", Some(&fits))]), None);
    assert_eq!(text_of(&world, "Our.Own"), fits);
    for change in [("Our.Own", Some(long.as_str())), (&long, Some("x")), ("", Some("x")), ("Our.Own", None)] {
        assert!(updates(&world, &[(LINK, Some("true")), change]).is_some(), "{change:?}");
    }
    assert_eq!(text_of(&world, "Our.Own"), fits);
    assert!(!world.read(|tx| flag(tx, SUPER, LINK)));
}

#[test]
fn a_change_is_audited_by_the_names_of_the_settings_only() {
    let world = World::new();
    updates(&world, &[]);
    updates(&world, &[(LINK, Some("true")), ("Our.Own", Some("not for the log"))]);
    let rows = world.read(|tx| {
        let sql = "SELECT data FROM audit WHERE action = $1";
        Ok(tx.query(sql, &[AUDITED.into()], |row| row.text(0))?)
    });
    let [data] = rows.as_slice() else { panic!("{rows:?}") };
    assert!(data.contains(&format!("{LINK},Our.Own")) && !data.contains("not for the log"), "{data}");
}
