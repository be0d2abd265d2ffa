//! # format
//!
//! ## What it checks
//! Every text has a well-known form, by a fixed pattern that is the same on every engine.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). Empty text fails.
//!
//! ## Example
//! ```yaml
//! - {name: contact, rule_type: format, column: email, parameters: {format: email}}
//! ```
//!
//! ## SQL
//! As rule type `pattern` with `match: full`; `json_valid("payload")` for JSON on DuckDB.

use std::sync::Arc;

use data_validator_plugin::LogicalType;
use serde::{Deserialize, Serialize};

use super::nulls::{self, Nulls};
use super::{
    Answers, Check, Counts, Facts, RuleError, RuleType, Subject, row_rule, text_forms, typed_column,
};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Question};
use crate::plan::regex::{Extent, Pattern};

pub const RULE_TYPE: RuleType = RuleType {
    name: "format",
    about: "the text is not of the form",
    subject: Subject::Column,
    parameters: &[
        Key::required("format", Kind::one_of::<Format>(), "What the whole text has to be:\n\n\
         - `email`: what HTML's `<input type=email>` takes, ASCII only.\n\
         - `uuid`: 32 hexadecimal digits in groups of 8-4-4-4-12 (RFC 9562), of any version and letter case.\n\
         - `ipv4`: four numbers from 0 to 255 with points, without leading zeros.\n\
         - `ipv6`: an address of RFC 4291, also shortened by `::` or with an IPv4 address at its end; no zone.\n\
         - `url`: `http://` or `https://`, perhaps a user and `@`, a host name (of letters, digits, `-._~` and escaped bytes), an IPv4 address or an IPv6 address in brackets, perhaps a port of up to five digits, and the path, query and fragment that RFC 3986 allows.\n\
         - `date`: `YYYY-MM-DD` in the calendar of the years 1 to 9999.\n\
         - `datetime`: a date, `T` or a space, and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff`, where seconds may be followed by `Z`, `±HH` or `±HH:MM`, less than 16 hours.\n\
         - `json`: RFC 8259. It is no matter of patterns, so an engine that cannot tell makes the rule end as an error: PostgreSQL does."),
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct FormatRule {
    column: String,
    format: Format,
    nulls: Nulls,
    /// `None` for what no pattern tells.
    #[serde(skip)]
    pattern: Option<Pattern>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Email,
    Uuid,
    Ipv4,
    Ipv6,
    Url,
    Date,
    Datetime,
    Json,
}

/// <https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>
const EMAIL: &str = concat!(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\-]+@",
    r"[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?",
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?)*",
);

const UUID: &str = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}";

const IPV4: &str = concat!(
    r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}",
    "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])",
);

/// The alternatives of `IPv6address` in RFC 3986, section 3.2.2.
fn ipv6() -> String {
    const GROUP: &str = "[0-9a-fA-F]{1,4}";
    let last = format!("(?:{GROUP}:{GROUP}|{IPV4})");
    let before = |most: usize| match most {
        0 => String::new(),
        1 => format!("(?:{GROUP})?"),
        most => format!("(?:(?:{GROUP}:){{0,{}}}{GROUP})?", most - 1),
    };
    let mut forms = vec![format!("(?:{GROUP}:){{6}}{last}")];
    for after in (0..6).rev() {
        let groups = match after {
            0 => String::new(),
            after => format!("(?:{GROUP}:){{{after}}}"),
        };
        forms.push(format!("{}::{groups}{last}", before(5 - after)));
    }
    forms.push(format!("{}::{GROUP}", before(6)));
    forms.push(format!("{}::", before(7)));
    format!("(?:{})", forms.join("|"))
}

fn url() -> String {
    let ipv6 = ipv6();
    // Unreserved characters, those that delimit parts, and escaped bytes.
    let escaped = "%[0-9a-fA-F]{2}";
    let plain = r"a-zA-Z0-9._~!$&'()*+,;=\-";
    format!(
        r"[hH][tT][tT][pP][sS]?://(?:(?:[{plain}:]|{escaped})*@)?(?:(?:[a-zA-Z0-9._~\-]|{escaped})+|\[{ipv6}\])(?::[0-9]{{1,5}})?(?:/(?:[{plain}:@/]|{escaped})*)?(?:\?(?:[{plain}:@/?]|{escaped})*)?(?:#(?:[{plain}:@/?]|{escaped})*)?"
    )
}

impl Format {
    fn pattern(self) -> Option<String> {
        Some(match self {
            Self::Email => EMAIL.to_owned(),
            Self::Uuid => UUID.to_owned(),
            Self::Ipv4 => IPV4.to_owned(),
            Self::Ipv6 => ipv6(),
            Self::Url => url(),
            Self::Date => text_forms::DATE.to_owned(),
            Self::Datetime => text_forms::date_and_time(),
            Self::Json => return None,
        })
    }
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let nulls = Nulls::read(&mut rule.parameters);
    let format: Format = rule.parameters.required("format")?;
    let pattern = match format
        .pattern()
        .map(|text| Pattern::parse(&text))
        .transpose()
    {
        Ok(pattern) => pattern,
        Err(error) => {
            let message = format!("the pattern of the format is refused: {error}");
            rule.parameters
                .refuse("format", &message, "report it as a defect");
            return None;
        }
    };
    Some(Arc::new(FormatRule {
        column: column?,
        format,
        nulls,
        pattern,
    }))
}

impl Check for FormatRule {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = typed_column(facts.schema, &self.column, &LogicalType::Text, "a format")?;
        let name = column.name.clone();
        let is_one = match &self.pattern {
            Some(pattern) => Condition::Matches {
                column: name.clone(),
                pattern: pattern.clone(),
                extent: Extent::Full,
            },
            None => Condition::IsJson(name.clone()),
        };
        Ok(row_rule::questions(&name, is_one.negated()))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    const ALL: [Format; 7] = [
        Format::Email,
        Format::Uuid,
        Format::Ipv4,
        Format::Ipv6,
        Format::Url,
        Format::Date,
        Format::Datetime,
    ];

    fn matches(format: Format, text: &str) -> bool {
        let pattern = format.pattern().unwrap();
        regex::Regex::new(&format!("^(?:{pattern})$"))
            .unwrap()
            .is_match(text)
    }

    #[test]
    fn all_formats_are_portable() {
        for format in ALL {
            Pattern::parse(&format.pattern().unwrap())
                .unwrap_or_else(|error| panic!("{format:?}: {error}"));
        }
    }

    proptest! {
        #[test]
        fn addresses_are_those_of_the_standard_library(
            text in "(?:[0-9a-g]{0,5}(?:::?|\\.)){0,9}[0-9a-f]{0,4}",
            octets in "(?:[0-3]?[0-9]{1,2}\\.){2,4}[0-9]{1,3}",
            groups in any::<u128>(),
            hole in 0u32..128,
        ) {
            let shortened = Ipv6Addr::from(groups >> hole << (hole / 2)).to_string();
            for text in [text, shortened, format!("::{octets}")] {
                prop_assert_eq!(matches(Format::Ipv6, &text), text.parse::<Ipv6Addr>().is_ok(), "{}", text);
            }
            prop_assert_eq!(matches(Format::Ipv4, &octets), octets.parse::<Ipv4Addr>().is_ok(), "{}", octets);
        }
    }
}
