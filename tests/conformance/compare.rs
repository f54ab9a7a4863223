//! Where two answers differ, and which of the differences are wanted.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// One place where the answers differ.
#[derive(Debug)]
pub(crate) struct Difference {
    /// A JSON pointer into the answers; `#order` at its end means the order of an object's keys.
    pub(crate) at: String,
    /// What the reference answered, if anything.
    pub(crate) reference: Option<Value>,
    /// What Wharf answered, if anything.
    pub(crate) wharf: Option<Value>,
}

/// Every difference, outermost first.
pub(crate) fn differences(reference: &Value, wharf: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(String::new(), Some(reference), Some(wharf), &mut found);
    found
}

fn collect(at: String, reference: Option<&Value>, wharf: Option<&Value>, found: &mut Vec<Difference>) {
    let here = |at: String| Difference { at, reference: reference.cloned(), wharf: wharf.cloned() };
    match (reference, wharf) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            for (key, value) in left {
                collect(format!("{at}/{}", escape(key)), Some(value), right.get(key), found);
            }
            for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                collect(format!("{at}/{}", escape(key)), None, Some(value), found);
            }
            let left_order: Vec<_> = left.keys().filter(|key| right.contains_key(*key)).collect();
            let right_order: Vec<_> = right.keys().filter(|key| left.contains_key(*key)).collect();
            if left_order != right_order {
                let (left_order, right_order) =
                    (serde_json::json!(left_order), serde_json::json!(right_order));
                found.push(Difference {
                    at: format!("{at}/#order"),
                    reference: Some(left_order),
                    wharf: Some(right_order),
                });
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                collect(format!("{at}/{index}"), Some(left), Some(right), found);
            }
        }
        _ if reference == wharf => {}
        _ => found.push(here(at)),
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The reviewed list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deviations {
    /// What the entries are about, in the order of the document's table.
    #[serde(default, rename = "subject")]
    pub(crate) subjects: Vec<Subject>,
    /// Its entries.
    #[serde(default, rename = "deviation")]
    pub(crate) entries: Vec<Deviation>,
}

/// A row of the table "what the specification says, what the reference does, what Wharf does".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subject {
    /// What deviations call it.
    pub(crate) id: String,
    /// What it is about.
    pub(crate) name: String,
    /// What the specification says of it.
    pub(crate) specification: String,
    /// What the reference does.
    pub(crate) reference: String,
    /// What Wharf does.
    pub(crate) wharf: String,
    /// The cases that hold it, beside those of its deviations.
    #[serde(default)]
    pub(crate) cases: Vec<String>,
}

/// A difference that is wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deviation {
    /// The subject that it belongs to.
    pub(crate) subject: String,
    /// The cases it shows in, each of them.
    pub(crate) cases: Vec<String>,
    /// Where, as a JSON pointer; `*` stands for one segment, `**` at the end for all that follow.
    pub(crate) at: String,
    /// What Wharf answers there; without it what the case's `wharf.json` says.
    pub(crate) wharf: Option<toml::Value>,
    /// The answers of which Wharf gives one, where it is a matter of what it sees first.
    #[serde(default)]
    pub(crate) one_of: Vec<toml::Value>,
    /// Why it is better so.
    pub(crate) reason: String,
}

impl Deviations {
    /// Reads the list.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Holds a case's differences against the list: what is left over on either side is told.
    ///
    /// The case may go by several names; entries for places in one of the parts that were not compared are passed over. Where an entry
    /// does not tell what Wharf answers, `kept` does: an answer that merely is another one is not good enough.
    pub(crate) fn judge(
        &self,
        names: &[&str],
        without: &[&str],
        found: &[Difference],
        kept: &Answers,
    ) -> Result<(), String> {
        let listed = self.listed(names, without);
        let mut text = String::new();
        for difference in
            found.iter().filter(|difference| !listed.iter().any(|entry| entry.covers(difference)))
        {
            let show = |value: &Option<Value>| {
                value.as_ref().map_or_else(|| "nothing".to_owned(), |value| format!("{value:#}"))
            };
            text.push_str(&format!(
                "{}\n  reference: {}\n  wharf:     {}\n",
                difference.at,
                show(&difference.reference),
                show(&difference.wharf)
            ));
        }
        let own = left_open(&listed, found);
        for (at, answer) in &own {
            match kept.get(at) {
                Some(before) if before == answer => {}
                Some(before) => {
                    text.push_str(&format!("{at}\n  wharf before: {before:#}\n  wharf now:    {answer:#}\n"))
                }
                None => text
                    .push_str(&format!("{at}\n  wharf now: {answer:#}, of which wharf.json says nothing\n")),
            }
        }
        for at in kept.keys().filter(|at| !own.contains_key(*at)) {
            text.push_str(&format!("{at} is in wharf.json, but no deviation leaves it open\n"));
        }
        for entry in listed.iter().filter(|entry| !found.iter().any(|difference| entry.covers(difference))) {
            text.push_str(&format!(
                "{} is listed as a deviation but no longer differs ({})\n",
                entry.at, entry.reason
            ));
        }
        if text.is_empty() { Ok(()) } else { Err(text) }
    }

    /// Wharf's answers at the places that the list leaves open, as `judge` wants them to be kept.
    pub(crate) fn to_be_kept(&self, names: &[&str], without: &[&str], found: &[Difference]) -> Answers {
        left_open(&self.listed(names, without), found)
    }

    fn listed(&self, names: &[&str], without: &[&str]) -> Vec<&Deviation> {
        let entries =
            self.entries.iter().filter(|entry| entry.cases.iter().any(|case| names.contains(&case.as_str())));
        let compared =
            |entry: &&Deviation| !entry.at.split('/').nth(3).is_some_and(|part| without.contains(&part));
        entries.filter(compared).collect()
    }
}

/// Wharf's own answers: by the place where they differ from the reference's.
pub(crate) type Answers = BTreeMap<String, Value>;

/// What stands for an answer that is not there.
const NOTHING: &str = "<nothing>";

fn left_open(listed: &[&Deviation], found: &[Difference]) -> Answers {
    let open = found.iter().filter(|difference| {
        let mut covering = listed.iter().filter(|entry| entry.covers(difference)).peekable();
        covering.peek().is_some() && covering.all(|entry| entry.wharf.is_none() && entry.one_of.is_empty())
    });
    open.map(|difference| {
        (difference.at.clone(), difference.wharf.clone().unwrap_or_else(|| Value::String(NOTHING.to_owned())))
    })
    .collect()
}

impl Deviation {
    fn covers(&self, difference: &Difference) -> bool {
        let mut wanted = self.wharf.iter().chain(&self.one_of).peekable();
        let says = |value: &toml::Value| serde_json::to_value(value).ok() == difference.wharf;
        self.names(&difference.at) && (wanted.peek().is_none() || wanted.any(says))
    }

    fn names(&self, at: &str) -> bool {
        let pattern: Vec<&str> = self.at.split('/').collect();
        let segments: Vec<&str> = at.split('/').collect();
        let (pattern, open) = match pattern.split_last() {
            Some((&"**", start)) => (start.to_vec(), true),
            _ => (pattern, false),
        };
        (segments.len() == pattern.len() || (open && segments.len() > pattern.len()))
            && pattern.iter().zip(&segments).all(|(wanted, is)| *wanted == "*" || wanted == is)
    }
}
