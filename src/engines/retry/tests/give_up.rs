//! When a failed call is not made again.

use super::super::{GaveUp, Next};
use super::*;

/// All classes, with what follows on each phase for the first and for the second error.
#[test]
fn phase_and_class_decide_what_follows() {
    use ErrorClass::*;
    use Next::*;
    let table = [
        (Transient, Reconnect, Repeat),
        (Conflict, GiveUp, Repeat),
        (Unavailable, Reconnect, Reconnect),
        (Resource, Reconnect, GiveUp),
        (Cancelled, GiveUp, GiveUp),
        (Timeout, Reconnect, Repeat),
        (Integrity, GiveUp, GiveUp),
        (NotFound, GiveUp, GiveUp),
        (AlreadyExists, GiveUp, GiveUp),
        (InvalidSql, GiveUp, GiveUp),
        (Data, GiveUp, GiveUp),
        (Auth, GiveUp, GiveUp),
        (Unsupported, GiveUp, GiveUp),
        (Config, GiveUp, GiveUp),
        (InvalidState, GiveUp, GiveUp),
        (Internal, GiveUp, GiveUp),
    ];
    for (number, (class, ..)) in table.iter().enumerate() {
        assert_eq!(*class as usize, number + 1, "the table leaves a class out");
    }
    for (class, connecting, reading) in table {
        for (phase, next) in [
            (Phase::Connect, connecting),
            (Phase::Read, reading),
            (Phase::Publish, reading),
        ] {
            assert_eq!(phase.next(class, 1), next, "{phase:?} {class}");
            let bench = Bench::new();
            let (outcome, made) = bench.run(phase, &[error(class)]);
            if next == GiveUp {
                assert_eq!(outcome.result.unwrap_err().class, class);
                assert_eq!(made.len(), 1, "{phase:?} {class}");
                let why = match class {
                    Cancelled => GaveUp::Stopped,
                    _ => GaveUp::Permanent,
                };
                assert_eq!(outcome.attempts.gave_up, Some(why));
                assert!(bench.sleeps().is_empty(), "{phase:?} {class}");
            } else {
                outcome.result.unwrap();
                assert_eq!(made[1].reconnect, next == Reconnect, "{phase:?} {class}");
            }
        }
    }
}

#[test]
fn a_timeout_of_the_server_is_tried_once_more() {
    for phase in [Phase::Connect, Phase::Read, Phase::Publish] {
        let timeout = error(ErrorClass::Timeout);
        // Another failure between the two does not make the second one the first.
        let errors = [timeout.clone(), transient(), timeout];
        let (outcome, made) = Bench::new().run(phase, &errors);
        assert_eq!(outcome.result.unwrap_err().class, ErrorClass::Timeout);
        assert_eq!(made.len(), 3);
        assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Permanent));
    }
}

#[test]
fn the_last_error_stays_as_it_is_when_all_retries_are_used() {
    for max_retries in [0, 1, 3] {
        let bench = Bench {
            policy: Policy {
                max_retries,
                ..Policy::default()
            },
            ..Bench::new()
        };
        let mut errors = vec![transient(); max_retries as usize];
        errors.push(error(ErrorClass::Unavailable));
        let (outcome, made) = bench.run(Phase::Read, &errors);
        let last = outcome.result.unwrap_err();
        assert_eq!(last.class, ErrorClass::Unavailable);
        assert_eq!(last.message, "a failure of class unavailable");
        assert_eq!(made.len(), max_retries as usize + 1);
        assert_eq!(outcome.attempts.gave_up, Some(GaveUp::MaxRetries));
        assert_eq!(bench.sleeps().len(), max_retries as usize);
    }
}

#[test]
fn no_wait_passes_the_deadline() {
    // Delays of 1, 2, 4 s: the third would end 7 s after the start.
    for (left, attempts) in [(0.5, 1), (1.0, 1), (1.1, 2), (3.0, 2), (3.1, 3), (7.1, 4)] {
        let mut bench = Bench::new();
        let deadline = bench.clock.now() + seconds(left);
        bench.deadline = Some(deadline);
        let (outcome, made) = bench.run(Phase::Read, &vec![transient(); 9]);
        assert_eq!(outcome.result.unwrap_err().class, ErrorClass::Transient);
        assert_eq!(made.len(), attempts, "{left} s");
        assert!(bench.clock.now() < deadline, "{left} s");
        let why = match attempts {
            4 => GaveUp::MaxRetries,
            _ => GaveUp::Deadline,
        };
        assert_eq!(outcome.attempts.gave_up, Some(why), "{left} s");
    }
}

#[test]
fn what_the_server_asks_for_does_not_pass_the_limits() {
    let patient = EngineError {
        retry_after: Some(seconds(120.0)),
        ..transient()
    };
    let mut bench = Bench::new();
    bench.deadline = Some(bench.clock.now() + seconds(60.0));
    let (outcome, _) = bench.run(Phase::Read, std::slice::from_ref(&patient));
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Deadline));
    assert!(bench.sleeps().is_empty());

    let forever = EngineError {
        retry_after: Some(Duration::MAX),
        ..transient()
    };
    let bench = Bench::new();
    let (outcome, _) = bench.run(Phase::Read, &[patient, forever]);
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::MaxElapsed));
    assert_eq!(bench.sleeps(), [seconds(120.0)]);
}

#[test]
fn a_deadline_that_passed_leaves_no_attempt() {
    let mut bench = Bench::new();
    bench.deadline = Some(bench.clock.now());
    let (outcome, made) = bench.run(Phase::Connect, &[]);
    let error = outcome.result.unwrap_err();
    assert_eq!(error.class, ErrorClass::Timeout);
    assert_eq!(error.message, "the time limit was reached");
    assert!(made.is_empty());
}

#[test]
fn our_own_time_limit_is_not_a_timeout_to_try_again() {
    let mut bench = Bench::new();
    bench.deadline = Some(bench.clock.now() + seconds(10.0));
    let mut made = 0;
    let outcome = bench.retry().run(|_| -> Result<(), _> {
        made += 1;
        bench.clock.pass(seconds(10.0));
        Err(Phase::Read.failed(error(ErrorClass::Timeout)))
    });
    assert_eq!(made, 1);
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Deadline));
    assert_eq!(outcome.result.unwrap_err().class, ErrorClass::Timeout);
}

#[test]
fn max_elapsed_counts_the_attempts_and_the_waits() {
    let bench = Bench {
        policy: Policy {
            max_retries: 100,
            max_elapsed: seconds(100.0),
            ..Policy::default()
        },
        ..Bench::new()
    };
    let started = bench.clock.now();
    let outcome = bench.retry().run(|_| -> Result<(), _> {
        bench.clock.pass(seconds(5.0));
        Err(Phase::Read.failed(transient()))
    });
    // Attempts of 5 s with waits of 1, 2, 4, 8, 16 s end after 61 s; 30 s more are too late.
    assert_eq!(outcome.attempts.count, 6 + 1);
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::MaxElapsed));
    assert!(bench.clock.now() - started <= seconds(100.0) + seconds(5.0));
}

#[test]
fn an_empty_budget_ends_all_retries_of_an_engine() {
    for (class, retries) in [(ErrorClass::Transient, 100), (ErrorClass::Unavailable, 50)] {
        let bench = Bench::new();
        let mut attempts = 0;
        for _ in 0..10_000 {
            let (outcome, _) = bench.run(Phase::Read, &vec![error(class); 4]);
            assert_eq!(outcome.result.unwrap_err().class, class);
            attempts += outcome.attempts.count;
        }
        assert_eq!(attempts, 10_000 + retries, "{class}");
        let (outcome, _) = bench.run(Phase::Read, &[error(class)]);
        assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Budget));
    }
}

#[test]
fn successes_fill_the_budget_again_but_not_beyond_its_size() {
    let bench = Bench::new();
    let succeed = |times: usize| {
        for _ in 0..times {
            bench.run(Phase::Read, &[]).0.result.unwrap();
        }
    };
    let retries_left = || {
        let mut retries = 0;
        while bench.budget.take(Next::Repeat) {
            retries += 1;
        }
        retries
    };
    succeed(10_000);
    assert_eq!(retries_left(), 100);
    succeed(4);
    assert_eq!(retries_left(), 0);
    succeed(1);
    assert_eq!(retries_left(), 1);
    succeed(9);
    assert!(!bench.budget.take(Next::Reconnect));
    succeed(1);
    assert!(bench.budget.take(Next::Reconnect));
}

#[test]
fn a_run_that_is_asked_to_stop_begins_no_attempt() {
    let bench = Bench::new();
    bench.interrupt.request(Signal::Terminate);
    let (outcome, made) = bench.run(Phase::Read, &[]);
    let error = outcome.result.unwrap_err();
    assert_eq!(error.class, ErrorClass::Cancelled);
    assert_eq!(error.message, "stopped by SIGTERM");
    assert!(made.is_empty());
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Stopped));
}

#[test]
fn a_wait_that_is_interrupted_ends_the_call_as_cancelled() {
    let bench = Bench::new();
    bench.clock.stop_in_sleep.set(Some(1));
    let (outcome, made) = bench.run(Phase::Read, &vec![transient(); 3]);
    let error = outcome.result.unwrap_err();
    assert_eq!(error.class, ErrorClass::Cancelled);
    assert_eq!(
        error.message,
        "stopped by SIGINT; the last attempt failed: a failure of class transient"
    );
    assert_eq!(made.len(), 2);
    assert_eq!(outcome.attempts.slept, seconds(2.0));
}
