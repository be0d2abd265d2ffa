//! Engines with one fault each: the suite has to find it.

use crate::support::Workspace;

#[test]
fn every_fault_is_found_by_its_case() {
    let outcome = Workspace::new().run(&["mutants"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let found = outcome.stdout.matches("\nfound ").count() + 1;
    assert!(found > 20, "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains(&format!("{found} of {found} faults are found")),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stdout
            .contains("it took more than 2048 MiB of memory and was killed"),
        "{outcome:?}"
    );
}

#[test]
fn a_case_says_which_faults_it_finds() {
    let workspace = Workspace::new();
    let explained = workspace.run(&["explain", "state/a_writer_that_was_replaced_is_kept_out"]);
    assert!(
        explained
            .stdout
            .contains("- ignores_fences: it lets a writer publish that was replaced"),
        "{explained:?}"
    );
    let unknown = workspace.run(&["mutants", "--only", "nothing"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.stderr.contains("there is no mutant 'nothing'"));
}
