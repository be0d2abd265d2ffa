use data_validator_harness::{Fault, Proxy, eventually};
use data_validator_plugin::{Effect, ErrorClass, Outcome, SessionState};
use serde_json::Value;

use crate::publish::{home, publication};
use crate::support::{Home, call, class_of, connect, run, server, ways};

/// The message that asks the server to commit.
fn commit() -> Vec<u8> {
    b"COMMIT\0".to_vec()
}

fn proxy() -> Proxy {
    Proxy::to(server().address())
}

fn through(proxy: &Proxy, home: &Home) -> Value {
    home.connection_of(&server().url_through(proxy.address()))
}

#[test]
fn a_publication_whose_answer_is_lost_is_looked_up() {
    for (way, engine) in ways() {
        let (home, proxy) = (home(), proxy());
        let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
        proxy.set(Fault::CutAtAnswerTo(commit()));
        let published = session.publish(&publication("k", "a", 1), &call());
        assert_eq!(published.unwrap(), Outcome::Published, "{way}");
        assert_eq!(proxy.seen(), 1, "{way}: it was tried again");
        assert_eq!(home.value("SELECT count(*) FROM results"), "1", "{way}");
        let error = session.outcome("k", &call()).unwrap_err();
        assert_eq!(error.class, ErrorClass::Unavailable, "{way}");
        assert_eq!(error.session, SessionState::Broken, "{way}");
        proxy.set(Fault::None);
        let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
        assert_eq!(
            session.outcome("k", &call()).unwrap(),
            Some(Outcome::Published),
            "{way}"
        );
        let again = session.publish(&publication("k", "a", 1), &call());
        assert_eq!(again.unwrap(), Outcome::Published, "{way}");
        assert_eq!(home.value("SELECT count(*) FROM results"), "1", "{way}");
    }
}

#[test]
fn a_publication_whose_answer_is_swallowed_is_found_by_its_key() {
    for (way, engine) in ways() {
        let (home, proxy) = (home(), proxy());
        let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
        proxy.set(Fault::SwallowAnswerTo(commit()));
        let error = std::thread::scope(|scope| {
            let publishing = scope.spawn(|| session.publish(&publication("k", "a", 1), &call()));
            eventually("the server to have committed", || {
                (home.value("SELECT count(*) FROM results") == "1").then_some(())
            });
            // Nor can anybody ask.
            proxy.set(Fault::Refuse);
            proxy.cut();
            publishing.join().unwrap().unwrap_err()
        });
        assert_eq!(error.class, ErrorClass::Unavailable, "{way}: {error}");
        assert_eq!(error.effect, Effect::Unknown, "{way}");
        proxy.set(Fault::None);
        let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
        assert_eq!(
            session.outcome("k", &call()).unwrap(),
            Some(Outcome::Published),
            "{way}"
        );
    }
}

#[test]
fn a_publication_that_was_cut_before_its_commit_is_none() {
    for (way, engine) in ways() {
        let (home, proxy) = (home(), proxy());
        let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
        proxy.set(Fault::CutBefore(commit()));
        let error = session
            .publish(&publication("k", "a", 1), &call())
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Unavailable, "{way}: {error}");
        assert_eq!(error.effect, Effect::None, "{way}");
        proxy.set(Fault::None);
        let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
        assert_eq!(session.outcome("k", &call()).unwrap(), None, "{way}");
        assert_eq!(home.value("SELECT count(*) FROM results"), "0", "{way}");
        let again = session.publish(&publication("k", "a", 1), &call());
        assert_eq!(again.unwrap(), Outcome::Published, "{way}");
    }
}

#[test]
fn a_transaction_whose_commit_is_cut_is_settled_as_well() {
    for (_, engine) in ways() {
        for (fault, rows) in [
            (Fault::CutBefore(commit()), "0"),
            (Fault::CutAtAnswerTo(commit()), "1"),
        ] {
            let (home, proxy) = (home(), proxy());
            let mut session = connect(&*engine, &through(&proxy, &home)).unwrap();
            session.begin(&call()).unwrap();
            run(&mut *session, "INSERT INTO results (n) VALUES (1)");
            proxy.set(fault);
            let committed = session.commit(&call());
            match rows {
                "1" => committed.unwrap(),
                _ => assert_eq!(committed.as_ref().unwrap_err().effect, Effect::None),
            }
            assert_eq!(home.value("SELECT count(*) FROM results"), rows);
            assert_eq!(class_of(session.begin(&call())), ErrorClass::Unavailable);
        }
    }
}
