//! When a failed call is made again.

use super::*;

#[test]
fn the_first_success_needs_no_wait() {
    let bench = Bench::new();
    let (outcome, made) = bench.run(Phase::Read, &[]);
    assert_eq!(outcome.result.unwrap(), "done");
    assert_eq!(
        made,
        [Attempt {
            number: 1,
            reconnect: false
        }]
    );
    assert!(bench.sleeps().is_empty());
    assert_eq!(outcome.attempts.last_error, None);
}

#[test]
fn delays_double_up_to_the_longest() {
    let bench = Bench {
        policy: Policy {
            max_retries: 8,
            ..Policy::default()
        },
        ..Bench::new()
    };
    let (outcome, _) = bench.run(Phase::Read, &vec![transient(); 8]);
    outcome.result.unwrap();
    let expected = [1, 2, 4, 8, 16, 30, 30, 30].map(Duration::from_secs);
    assert_eq!(bench.sleeps(), expected);
    assert_eq!(outcome.attempts.count, 9);
    assert_eq!(outcome.attempts.slept, expected.iter().sum::<Duration>());
    assert_eq!(
        outcome.attempts.last_error.as_deref(),
        Some("a failure of class transient")
    );
}

#[test]
fn the_first_delay_too_is_at_most_the_longest() {
    let policy = Policy {
        retry_delay: seconds(60.0),
        max_delay: seconds(10.0),
        ..Policy::default()
    };
    assert_eq!(policy.delays().collect::<Vec<_>>(), [seconds(10.0); 3]);
}

#[test]
fn jitter_takes_away_half_of_a_delay_at_most() {
    for seed in 0..2000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let bench = Bench {
            policy: Policy {
                max_retries: 6,
                retry_delay: seconds(0.001 + 4.0 * random.f64()),
                ..Policy::default()
            },
            clock: TestClock::new(random.f64()),
            ..Bench::new()
        };
        bench
            .run(Phase::Read, &vec![transient(); 6])
            .0
            .result
            .unwrap();
        let sleeps = bench.sleeps();
        assert_eq!(sleeps.len(), 6);
        for (k, sleep) in sleeps.iter().enumerate() {
            let scheduled = bench.policy.retry_delay.as_secs_f64() * 2f64.powi(k as i32);
            let scheduled = scheduled.min(30.0);
            // backon computes in f32.
            let (least, most) = (scheduled / 2.0 * 0.999_999, scheduled * 1.000_001);
            let sleep = sleep.as_secs_f64();
            assert!(
                (least..=most).contains(&sleep),
                "seed {seed}: retry {k} after {sleep} s, not {least} to {most} s"
            );
        }
    }
}

#[test]
fn chance_moves_a_delay_from_half_to_whole() {
    for (random, expected) in [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)] {
        let bench = Bench {
            clock: TestClock::new(random),
            ..Bench::new()
        };
        bench.run(Phase::Read, &[transient()]).0.result.unwrap();
        assert_eq!(bench.sleeps(), [seconds(expected)]);
    }
}

#[test]
fn the_chance_of_the_computer_is_below_one() {
    for _ in 0..10_000 {
        assert!((0.0..1.0).contains(&super::super::SystemClock.random()));
    }
}

#[test]
fn what_the_server_asks_for_comes_before_the_schedule() {
    for asked in [0.0, 0.2, 45.0] {
        let bench = Bench::new();
        let busy = EngineError {
            retry_after: Some(seconds(asked)),
            ..transient()
        };
        bench
            .run(Phase::Read, &[transient(), busy, transient()])
            .0
            .result
            .unwrap();
        assert_eq!(
            bench.sleeps(),
            [seconds(1.0), seconds(asked), seconds(4.0)],
            "asked for {asked} s"
        );
    }
}

#[test]
fn a_lost_connection_is_opened_anew_before_the_next_attempt() {
    let bench = Bench::new();
    let errors = [error(ErrorClass::Unavailable), transient()];
    let (outcome, made) = bench.run(Phase::Read, &errors);
    outcome.result.unwrap();
    let reconnects: Vec<_> = made.iter().map(|attempt| attempt.reconnect).collect();
    assert_eq!(reconnects, [false, true, false]);
}

#[test]
fn attempts_are_numbered_from_one() {
    let (_, made) = Bench::new().run(Phase::Connect, &[transient(), transient()]);
    let numbers: Vec<_> = made.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
}
