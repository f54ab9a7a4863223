//! How many tests ran and which failed, read from the runners' own reports.

use std::ops::AddAssign;

use anyhow::{Context, Result, bail};

/// What the runners counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Tests marked `#[ignore]`. Tests that `--quick` leaves out are not counted at all.
    pub(crate) skipped: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The closing line. Continuous integration reads it: alone on its line, it says whether tests ran and how many.
impl std::fmt::Display for Count {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// A test that failed, with what it said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) name: String,
    pub(crate) output: String,
}

/// Reads nextest's JUnit report: the totals, which its root element carries, and what failed.
pub(crate) fn from_junit(report: &str) -> Result<(Count, Vec<Failure>)> {
    let document = roxmltree::Document::parse(report).context("the report is not XML")?;
    let totals = document.root_element();
    let total = |name: &str| -> Result<u64> {
        let value = totals.attribute(name).with_context(|| format!("the report's totals lack `{name}`"))?;
        value.parse().with_context(|| format!("`{name}` of the report is `{value}`"))
    };
    let failed = total("failures")? + total("errors")?;
    let tests = total("tests")?;
    if failed > tests {
        bail!("the report counts {failed} failures among {tests} tests");
    }
    let failures = totals
        .descendants()
        .filter(|test| test.has_tag_name("testcase"))
        .filter(|test| test.children().any(|of| of.has_tag_name("failure") || of.has_tag_name("error")))
        .map(|test| Failure {
            name: ["classname", "name"].map(|part| test.attribute(part).unwrap_or_default()).join(" "),
            output: test
                .children()
                .filter(|of| of.has_tag_name("system-out") || of.has_tag_name("system-err"))
                .filter_map(|of| of.text())
                .collect(),
        })
        .collect();
    Ok((Count { passed: tests - failed, failed, skipped: 0 }, failures))
}

/// Adds up the `test result:` lines that `cargo test` prints, one for each program it ran.
pub(crate) fn from_results(output: &str) -> Count {
    let mut total = Count::default();
    for line in output.lines() {
        let Some((_, numbers)) = line.split_once("test result: ") else { continue };
        let number = |word: &str| -> u64 {
            let before = numbers.split(word).next().unwrap_or_default();
            before
                .rsplit(|c: char| !c.is_ascii_digit())
                .find(|part| !part.is_empty())
                .and_then(|n| n.parse().ok())
                .unwrap_or(0)
        };
        total += Count { passed: number(" passed"), failed: number(" failed"), skipped: number(" ignored") };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_and_failures_of_a_junit_report() {
        let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="120" failures="2" errors="1" uuid="x" timestamp="2026-01-01T00:00:00Z" time="0.5">
    <testsuite name="a" tests="3" disabled="0" errors="0" failures="0">
        <testcase name="good" classname="a::b" time="1"/>
        <testcase name="bad" classname="a::b" time="1">
            <failure message="m" type="test failure">f</failure>
            <system-out>one &lt;two&gt;
</system-out>
            <system-err>three</system-err>
        </testcase>
    </testsuite>
</testsuites>"#;
        let (count, failures) = from_junit(report).unwrap();
        assert_eq!(count, Count { passed: 117, failed: 3, skipped: 0 });
        assert_eq!(failures, [Failure { name: "a::b bad".into(), output: "one <two>\nthree".into() }]);
    }

    #[test]
    fn a_report_without_totals_is_an_error() {
        for broken in [
            "",
            "<testsuites",
            r#"<testsuites tests="1"/>"#,
            r#"<testsuites tests="x" failures="0" errors="0"/>"#,
            r#"<testsuites tests="1" failures="2" errors="0"/>"#,
        ] {
            assert!(from_junit(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_lines_of_several_programs_add_up() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.07s\n\
                      noise\n\
                      test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.07s\n";
        assert_eq!(from_results(output), Count { passed: 13, failed: 2, skipped: 1 });
    }

    #[test]
    fn the_closing_line() {
        let lines = [
            (Count { passed: 3, failed: 0, skipped: 0 }, "3 passed, 0 failed"),
            (Count { passed: 3, failed: 1, skipped: 2 }, "3 passed, 1 failed, 2 skipped"),
        ];
        for (count, line) in lines {
            assert_eq!(count.to_string(), line);
        }
    }
}
