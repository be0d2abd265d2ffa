//! Where rows and results go besides the report: the keys of `outputs`, and of the Python package's `dqx`.

use super::fields::Fields;

/// Relations or files to write to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Results of rules.
    pub metrics: Option<String>,
    /// Rows that fail a rule.
    pub quarantine: Option<String>,
    /// Rows that fail none.
    pub clean: Option<String>,
}

/// Keys of `dqx` that mean the same as one of `outputs`.
const DQX_KEYS: [(&str, &str); 2] = [
    ("metrics_table", "metrics"),
    ("quarantine_table", "quarantine"),
];

impl Outputs {
    pub fn read(root: &mut Fields<'_>) -> Self {
        let mut fields = root.section("outputs");
        let mut outputs = Self {
            metrics: fields.optional("metrics"),
            quarantine: fields.optional("quarantine"),
            clean: fields.optional("clean"),
        };
        let mut dqx = root.section("dqx");
        for (key, meant) in DQX_KEYS {
            let Some(name) = dqx.optional::<String>(key) else {
                continue;
            };
            let output = match meant {
                "metrics" => &mut outputs.metrics,
                _ => &mut outputs.quarantine,
            };
            match output {
                Some(known) if *known != name => {
                    let message = format!("'dqx.{key}' and 'outputs.{meant}' name two places");
                    dqx.refuse(key, &message, "keep one of them");
                }
                _ => *output = Some(name),
            }
        }
        for (key, _) in dqx.entries() {
            if !DQX_KEYS.iter().any(|(known, _)| *known == key) {
                let message = format!("'dqx.{key}' has no effect here");
                dqx.findings().warn_at_key(
                    &dqx.path().key(key),
                    message,
                    "remove it, or keep it for the Python tool",
                );
            }
        }
        warn_of_what_is_not_written(&fields, &dqx);
        dqx.finish();
        fields.finish();
        outputs
    }
}

/// Nothing is written by this version, which must not be overlooked.
fn warn_of_what_is_not_written(outputs: &Fields<'_>, dqx: &Fields<'_>) {
    let keys = ["metrics", "quarantine", "clean"].map(|key| (outputs, key));
    let of_dqx = DQX_KEYS.map(|(key, _)| (dqx, key));
    for (fields, key) in keys.into_iter().chain(of_dqx) {
        if fields.was_given(key) {
            fields.findings().warn_at_key(
                &fields.path().key(key),
                format!("'{key}' is read, but nothing is written there by this version yet"),
                "expect the report alone",
            );
        }
    }
}
