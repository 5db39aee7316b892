use super::*;

fn tenant(tx: &mut Tx<'_>, id: i64, domain: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO tenant (id, domain, active, created_at, admin_name) VALUES ($1, $2, 1, 0, 'admin')",
        &[id.into(), domain.into()],
    )
}

fn user(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<usize, Error> {
    if id == 1 {
        tenant(tx, 1, "a.example")?;
    }
    tx.execute(
        "INSERT INTO user (id, tenant_id, domain, name, folded, credential, created_at, password_changed_at) \
         VALUES ($1, 1, 'PRIMARY', $2, $2, '', 0, 0)",
        &[id.into(), name.into()],
    )
}

fn domains(store: &Store) -> Vec<String> {
    store.read(|tx| tx.query("SELECT domain FROM tenant ORDER BY id", &[], |row| row.text(0))).unwrap()
}

fn fresh() -> (crate::store::scratch::Scratch, Store) {
    let scratch = crate::store::scratch::Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    (scratch, store)
}

#[test]
fn a_write_is_seen_by_the_next_read() {
    let (_dir, store) = fresh();
    store.write_blocking(|tx| tenant(tx, 1, "a.example")).unwrap();
    assert_eq!(domains(&store), ["a.example"]);
}

#[test]
fn what_a_reader_remembers_is_forgotten_with_the_next_change_by_anybody() {
    let (dir, store) = fresh();
    let asked = std::cell::Cell::new(0);
    let count = || {
        store
            .read(|tx| {
                tx.remembered("tenants", 0, "", |tx| {
                    asked.set(asked.get() + 1);
                    tx.one("SELECT count(*) FROM tenant", &[], "count", |row| row.int(0))
                })
            })
            .unwrap_or_else(|error: Error| panic!("{error}"))
    };
    assert_eq!((count(), count(), asked.get()), (0, 0, 1));
    store.write_blocking(|tx| tenant(tx, 1, "a.example")).unwrap();
    assert_eq!((count(), count(), asked.get()), (1, 1, 2));
    // Another process, such as the command line.
    let other = Store::open(dir.path()).unwrap();
    other
        .write_blocking(|tx| tx.execute("DELETE FROM tenant", &[]))
        .unwrap_or_else(|error: Error| panic!("{error}"));
    other.wait_for_others();
    assert_eq!((count(), count(), asked.get()), (0, 0, 3));
}

#[test]
fn a_change_of_attributes_leaves_what_does_not_depend_on_them() {
    let (dir, store) = fresh();
    store.serve();
    for (id, name) in [(1, "tom"), (2, "tim")] {
        store.write_blocking(move |tx| user(tx, id, name)).unwrap();
    }
    // How often each was asked for: the lasting fact, and those about the two users.
    let asked = std::cell::Cell::new([0; 3]);
    let ask = || {
        let count = |which: usize| {
            let mut counts = asked.get();
            counts[which] += 1;
            asked.set(counts);
            Ok::<_, Error>(())
        };
        let done = store.read(|tx| {
            tx.remembered("lasting", 0, "", |_| count(0))?;
            tx.remembered_of_user(1, |_| count(1))?;
            tx.remembered_of_user(2, |_| count(2))
        });
        done.unwrap_or_else(|error: Error| panic!("{error}"));
        asked.get()
    };
    let set = |store: &Store, name: &'static str| {
        let value = uuid::Uuid::new_v4().to_string();
        let done = store.write_blocking(move |tx| {
            crate::store::user::set_attribute(tx, 2, "default", name, Some(&value))
        });
        done.unwrap_or_else(|error: Error| panic!("{error}"));
    };
    assert_eq!((ask(), ask()), ([1; 3], [1; 3]));
    set(&store, "mail");
    assert_eq!((ask(), ask()), ([1, 1, 2], [1, 1, 2]));
    // The one attribute by which users are let in or not.
    set(&store, "active");
    assert_eq!((ask(), ask()), ([2, 2, 3], [2, 2, 3]));
    let other = Store::open(dir.path()).unwrap();
    set(&other, "mail");
    other.wait_for_others();
    assert_eq!((ask(), ask()), ([3, 3, 4], [3, 3, 4]));
}

/// The server does not tell others of the attributes that it changes.
#[test]
fn only_the_server_remembers_what_depends_on_attributes() {
    let (_dir, store) = fresh();
    let asked = std::cell::Cell::new(0);
    let ask = || {
        let done = store.read(|tx| {
            tx.remembered_of_user(1, |_| {
                asked.set(asked.get() + 1);
                Ok::<_, Error>(())
            })
        });
        done.unwrap_or_else(|error: Error| panic!("{error}"));
        asked.get()
    };
    assert_eq!((ask(), ask()), (1, 2));
    store.serve();
    assert_eq!((ask(), ask()), (3, 3));
}

#[test]
fn what_is_remembered_and_what_is_read_are_of_one_moment() {
    let (_dir, store) = fresh();
    let count = |tx: &mut Tx<'_>| tx.one("SELECT count(*) FROM tenant", &[], "count", |row| row.int(0));
    let remembered = |tx: &mut Tx<'_>| tx.remembered("tenants", 0, "", count);
    let seen = |tx: &mut Tx<'_>| Ok::<_, Error>((remembered(tx)?, count(tx)?));
    assert_eq!(store.read(seen).unwrap(), (0, 0));
    let runs = std::cell::Cell::new(0);
    let both = store.read(|tx| {
        let before = remembered(tx)?;
        let run = runs.get() + 1;
        runs.set(run);
        store.write_blocking(move |tx| tenant(tx, run, &format!("t{run}.example")))?;
        Ok::<_, Error>((before, count(tx)?))
    });
    assert_eq!((both.unwrap(), runs.get()), ((1, 1), 2), "the second one has its snapshot from the start");
    assert_eq!(store.read(seen).unwrap(), (2, 2));
}

#[test]
fn while_a_commit_is_under_way_nothing_is_remembered_that_may_have_it_or_not() {
    let (_dir, store) = fresh();
    let asked = std::cell::Cell::new(0);
    let ask = || {
        let done = store.read(|tx| {
            tx.remembered("count", 0, "", |tx| {
                asked.set(asked.get() + 1);
                tx.one("SELECT count(*) FROM tenant", &[], "count", |row| row.int(0))
            })
        });
        done.unwrap_or_else(|error: Error| panic!("{error}"));
        asked.get()
    };
    store.inner.commits.begin();
    assert_eq!((ask(), ask()), (1, 2));
    store.inner.commits.note(false, Vec::new());
    assert_eq!((ask(), ask()), (3, 3));
    store.inner.commits.begin();
    assert_eq!((ask(), ask()), (3, 3), "what was known before holds until somebody is told of the commit");
}

#[test]
fn a_write_remembers_nothing_that_it_changes() {
    let (_dir, store) = fresh();
    let count = |tx: &mut Tx<'_>| {
        tx.remembered("tenants", 0, "", |tx| {
            tx.one("SELECT count(*) FROM tenant", &[], "count", |row| row.int(0))
        })
    };
    let counts = store.write_blocking(move |tx| {
        let before = count(tx)?;
        tenant(tx, 1, "a.example")?;
        Ok::<_, Error>((before, count(tx)?))
    });
    assert_eq!(counts.unwrap(), (0, 1));
}

#[test]
fn a_failing_write_leaves_nothing_and_spoils_no_neighbour() {
    let (_dir, store) = fresh();
    let waiting: Vec<_> = (1..=20)
        .map(|id| {
            store
                .enqueue(move |tx| {
                    tenant(tx, id, &format!("t{id}"))?;
                    if id % 2 == 0 { Err(Error::Missing("on purpose")) } else { Ok(id) }
                })
                .unwrap()
        })
        .collect();
    let kept = waiting.into_iter().filter_map(|job| job.blocking_recv().unwrap().ok()).count();
    assert_eq!(kept, 10);
    assert_eq!(domains(&store).len(), 10);
}

#[test]
fn everybody_who_shared_a_commit_that_failed_is_told_why() {
    let (_dir, store) = fresh();
    // Found out by the commit alone, like a full disk.
    let orphan = |tx: &mut Tx<'_>| {
        tx.execute("PRAGMA defer_foreign_keys = 1", &[])?;
        tx.execute(
            "INSERT INTO user_attribute (user_id, profile, name, value) VALUES (77, '', 'a', 'b')",
            &[],
        )
    };
    let hold = std::sync::Arc::new(std::sync::Barrier::new(2));
    let held = std::sync::Arc::clone(&hold);
    let first = store
        .enqueue::<_, Error>(move |tx| {
            held.wait();
            tenant(tx, 1, "first")
        })
        .unwrap();
    let second = store.enqueue::<usize, Error>(orphan).unwrap();
    hold.wait();
    for outcome in [first.blocking_recv().unwrap(), second.blocking_recv().unwrap()] {
        assert!(matches!(&outcome, Err(Error::Lost(why)) if why.contains("FOREIGN KEY")), "{outcome:?}");
    }
    assert!(domains(&store).is_empty());
}

#[test]
fn what_is_to_be_said_of_a_change_is_said_before_the_answer_and_of_what_lasts_only() {
    let (_dir, store) = fresh();
    let said = Arc::new(Mutex::new(Vec::new()));
    let saying = |what: &'static str| {
        let said = Arc::clone(&said);
        move || said.lock().unwrap_or_else(PoisonError::into_inner).push(what)
    };
    let all = || said.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (kept, undone, seen) = (saying("kept"), saying("undone"), Arc::clone(&said));
    let done: Result<bool, Error> = store.write_blocking(move |tx| {
        tenant(tx, 1, "a.example")?;
        tx.say_once_durable(kept);
        let failed = tx.attempt(|tx| {
            tx.say_once_durable(undone);
            Err::<(), _>(Error::Missing("on purpose"))
        });
        assert!(failed.is_err());
        Ok(seen.lock().unwrap_or_else(PoisonError::into_inner).is_empty())
    });
    assert!(done.unwrap(), "nothing was durable yet");
    assert_eq!(all(), ["kept"]);
    // Found out by the commit alone, like a full disk.
    let lost = saying("lost");
    let failed: Result<(), Error> = store.write_blocking(move |tx| {
        tx.execute("PRAGMA defer_foreign_keys = 1", &[])?;
        tx.execute(
            "INSERT INTO user_attribute (user_id, profile, name, value) VALUES (77, '', 'a', 'b')",
            &[],
        )?;
        tx.say_once_durable(lost);
        Ok(())
    });
    assert!(failed.is_err());
    assert_eq!(all(), ["kept"]);
}

#[test]
fn a_panicking_write_is_undone_and_the_writer_goes_on() {
    let (_dir, store) = fresh();
    let outcome: Result<(), Error> = store.write_blocking(|tx| {
        tenant(tx, 1, "lost")?;
        panic!("on purpose")
    });
    assert!(outcome.is_err());
    store.write_blocking(|tx| tenant(tx, 2, "kept")).unwrap();
    assert_eq!(domains(&store), ["kept"]);
}

#[test]
fn closing_finishes_what_was_queued_and_refuses_more() {
    let (_dir, store) = fresh();
    let queued = store.enqueue::<_, Error>(|tx| tenant(tx, 1, "queued")).unwrap();
    store.close();
    assert!(queued.blocking_recv().unwrap().is_ok());
    assert!(matches!(store.write_blocking(|tx| tenant(tx, 2, "late")), Err(Error::Closed)));
    assert_eq!(domains(&store), ["queued"]);
}

/// Eight processes that began an installation together: one in some hundred times, one of them was told that the
/// database is locked.
#[test]
fn whoever_finds_another_at_a_new_file_waits_for_his_turn() {
    thread_local!(static OTHER: std::cell::RefCell<Option<Connection>> = const { std::cell::RefCell::new(None) });
    let dir = crate::store::scratch::Scratch::new();
    let path = dir.path().join("soapstone.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    OTHER.set(Some(other));
    let mut connection = Connection::open(&path).unwrap();
    // Who is waited for is ready as soon as somebody waits.
    let ready = |_| {
        OTHER.with_borrow(|other| other.as_ref().is_some_and(|other| other.execute_batch("COMMIT").is_ok()))
    };
    connection.busy_handler(Some(ready)).unwrap();
    write_ahead(&connection).unwrap();
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_file_of_a_newer_program_is_refused_with_a_hint() {
    let (dir, store) = fresh();
    store.close();
    let connection = Connection::open(dir.path().join("soapstone.db")).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let error = Store::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("schema version 999") && error.contains("newer soapstone"), "{error}");
}
