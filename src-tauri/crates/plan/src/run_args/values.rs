//! The small languages inside option values: sizes, durations, numbers, lists of fields.

/// A reason why a value is not of its form.
pub(crate) type Reason = String;

/// Bytes from `512`, `64m`, `1.5g`, `2GiB`: powers of 1024, `b` optional, case ignored.
pub(crate) fn bytes(text: &str) -> Result<i64, Reason> {
    let reason = || "write a number and a unit, for example `512m` or `2g`".to_owned();
    let digits_end = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').ok_or_else(reason)? + 1;
    let (number, unit) = text.split_at(digits_end);
    let number: f64 = number.trim_end().parse().map_err(|_| reason())?;
    let unit = unit.to_ascii_lowercase();
    let (letter, suffix) = match unit.chars().next() {
        None => return whole(number).ok_or_else(reason),
        Some(letter) => (letter, &unit[letter.len_utf8()..]),
    };
    let exponent = match (letter, suffix) {
        ('b', "") => 0,
        ('k', "" | "b" | "ib") => 1,
        ('m', "" | "b" | "ib") => 2,
        ('g', "" | "b" | "ib") => 3,
        ('t', "" | "b" | "ib") => 4,
        ('p', "" | "b" | "ib") => 5,
        _ => return Err(reason()),
    };
    whole(number * 1024_f64.powi(exponent)).ok_or_else(reason)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and the fraction is dropped as the engines do"
)]
fn whole(number: f64) -> Option<i64> {
    (number.is_finite() && (0.0..9.2e18).contains(&number)).then_some(number as i64)
}

/// As [`bytes`], but `-1` stands for no bound.
pub(crate) fn bytes_or_unlimited(text: &str) -> Result<i64, Reason> {
    if text == "-1" { Ok(-1) } else { bytes(text) }
}

/// Nanoseconds from `1m30s`, `1.5h`, `300ms`; never negative.
pub(crate) fn duration(text: &str) -> Result<i64, Reason> {
    let reason = || "write numbers with units, for example `30s` or `1m30s`".to_owned();
    if text == "0" {
        return Ok(0);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() {
        return Err(reason());
    }
    let mut total = 0_f64;
    while !rest.is_empty() {
        let unit_start = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(reason)?;
        let number: f64 = rest[..unit_start].parse().map_err(|_| reason())?;
        rest = &rest[unit_start..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let nanoseconds = match &rest[..unit_end] {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return Err(reason()),
        };
        total += number * nanoseconds;
        rest = &rest[unit_end..];
    }
    whole(total).ok_or_else(reason)
}

/// A whole number; `0x…`, `0o…` and `0b…` are understood as the engines' programs do.
pub(crate) fn integer(text: &str) -> Result<i64, Reason> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let parsed = match lower.get(..2) {
        Some("0x") => i64::from_str_radix(&lower[2..], 16),
        Some("0o") => i64::from_str_radix(&lower[2..], 8),
        Some("0b") => i64::from_str_radix(&lower[2..], 2),
        _ => lower.parse(),
    };
    parsed
        .map(|number| if negative { -number } else { number })
        .map_err(|_| "write a whole number".to_owned())
}

/// A whole number within bounds.
pub(crate) fn integer_between(text: &str, low: i64, high: i64) -> Result<i64, Reason> {
    let number = integer(text)?;
    if (low..=high).contains(&number) {
        Ok(number)
    } else {
        Err(format!("write a number from {low} to {high}"))
    }
}

/// Billionths of a CPU from `1.5`, `2` or `1/2`.
pub(crate) fn nano_cpus(text: &str) -> Result<i64, Reason> {
    let reason = || "write a number of CPUs, for example `1.5`, with at most nine decimals".to_owned();
    if let Some((over, under)) = text.split_once('/') {
        let (over, under): (i64, i64) =
            (over.parse().map_err(|_| reason())?, under.parse().map_err(|_| reason())?);
        let nano = over.checked_mul(1_000_000_000).ok_or_else(reason)?;
        return match nano.checked_rem(under) {
            Some(0) => Ok(nano / under),
            _ => Err(reason()),
        };
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(reason());
    }
    if decimals.len() > 9
        || !decimals.bytes().all(|byte| byte.is_ascii_digit())
        || (whole.is_empty() && decimals.is_empty())
    {
        return Err(reason());
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| reason())? };
    let decimals: i64 = format!("{decimals:0<9}").parse().map_err(|_| reason())?;
    whole.checked_mul(1_000_000_000).and_then(|nano| nano.checked_add(decimals)).ok_or_else(reason)
}

/// One line of comma-separated fields; a field in double quotes may hold commas, and a quote inside it is doubled.
pub(crate) fn fields(text: &str) -> Result<Vec<String>, Reason> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut field = String::new();
            let mut characters = quoted.char_indices().peekable();
            let mut end = None;
            while let Some((index, character)) = characters.next() {
                match character {
                    '"' if characters.peek().is_some_and(|(_, next)| *next == '"') => {
                        characters.next();
                        field.push('"');
                    }
                    '"' => {
                        end = Some(index + 1);
                        break;
                    }
                    other => field.push(other),
                }
            }
            let Some(end) = end else { return Err("a double quote is not closed".to_owned()) };
            fields.push(field);
            rest = &quoted[end..];
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None if rest.is_empty() => return Ok(fields),
                None => return Err("a field in double quotes goes on after the closing quote".to_owned()),
            }
        } else {
            let (field, after) = match rest.split_once(',') {
                Some((field, after)) => (field, Some(after)),
                None => (rest, None),
            };
            if field.contains('"') {
                return Err("a double quote stands inside a field; put the whole field in quotes".to_owned());
            }
            fields.push(field.to_owned());
            match after {
                Some(after) => rest = after,
                None => return Ok(fields),
            }
        }
    }
}

/// `key=value`, or a key with an empty value.
pub(crate) fn key_value(text: &str) -> (String, String) {
    match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (text.to_owned(), String::new()),
    }
}

/// An absolute path on the host from one that may be relative to `folder` (`.`, `./x`, `../x`).
/// Paths that do not start with a dot stay as they are.
pub(crate) fn host_path(path: &str, folder: &str) -> String {
    if !path.starts_with('.') || folder.is_empty() {
        return path.to_owned();
    }
    join(folder, path)
}

/// Joins and tidies `.` and `..`, in the style of the folder's own separators.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let separator = if folder.contains('\\') { '\\' } else { '/' };
    let mut parts: Vec<&str> = Vec::new();
    let joined = format!("{folder}{separator}{path}");
    for part in joined.split(['/', if separator == '\\' { '\\' } else { '/' }]) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.last().is_some_and(|last| !last.ends_with(':')) {
                    parts.pop();
                }
            }
            part => parts.push(part),
        }
    }
    let tidy = parts.join(&separator.to_string());
    if folder.starts_with(['/', '\\']) { format!("{separator}{tidy}") } else { tidy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            ("512", Some(512)),
            ("64m", Some(64 << 20)),
            ("1.5g", Some(3 << 29)),
            ("2GiB", Some(2 << 30)),
            ("32 KB", Some(32 << 10)),
            ("10b", Some(10)),
            ("1t", Some(1 << 40)),
            ("", None),
            ("m", None),
            ("-5m", None),
            ("5x", None),
            ("5bb", None),
            ("5mx", None),
        ];
        for (text, expected) in table {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
        assert_eq!(bytes_or_unlimited("-1"), Ok(-1));
    }

    #[test]
    fn durations() {
        let table = [
            ("30s", Some(30_000_000_000)),
            ("1m30s", Some(90_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            ("300ms", Some(300_000_000)),
            ("0", Some(0)),
            ("30", None),
            ("", None),
            ("-5s", None),
            ("5 s", None),
            ("5d", None),
        ];
        for (text, expected) in table {
            assert_eq!(duration(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn numbers() {
        let table = [
            ("10", Some(10)),
            ("-1", Some(-1)),
            ("0x10", Some(16)),
            ("+3", Some(3)),
            ("ten", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(integer(text).ok(), expected, "{text}");
        }
        let cpus = [
            ("1.5", Some(1_500_000_000)),
            ("2", Some(2_000_000_000)),
            (".25", Some(250_000_000)),
            ("1/2", Some(500_000_000)),
            ("1/3", None),
            ("1/0", None),
            ("0.1234567891", None),
            (".", None),
            ("-1", None),
        ];
        for (text, expected) in cpus {
            assert_eq!(nano_cpus(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn comma_separated_fields() {
        let table: [(&str, Option<&[&str]>); 7] = [
            ("a,b", Some(&["a", "b"])),
            ("a", Some(&["a"])),
            ("a,", Some(&["a", ""])),
            ("\"a,b\",c", Some(&["a,b", "c"])),
            ("\"say \"\"hi\"\"\"", Some(&["say \"hi\""])),
            ("\"a", None),
            ("a\"b", None),
        ];
        for (text, expected) in table {
            let expected =
                expected.map(|fields| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>());
            assert_eq!(fields(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn relative_paths() {
        let table = [
            ("./data", "/home/me/project", "/home/me/project/data"),
            ("../data", "/home/me/project", "/home/me/data"),
            (".", "/home/me", "/home/me"),
            ("../../../..", "/home/me", "/"),
            ("data", "/home/me", "data"),
            ("/data", "/home/me", "/data"),
            (".\\data", "C:\\Users\\me", "C:\\Users\\me\\data"),
            ("..\\..\\..\\x", "C:\\Users\\me", "C:\\x"),
        ];
        for (path, folder, expected) in table {
            assert_eq!(host_path(path, folder), expected, "{path} in {folder}");
        }
    }
}
