//! How JavaScript compares and sorts.

use std::cmp::Ordering;

use icu_collator::CollatorBorrowed;
use icu_collator::options::CollatorOptions;
use serde_json::Value;

/// The longest run that a JavaScript engine of the reference's kind sorts by insertion alone.
const LONGEST_RUN: usize = 64;

/// `left.localeCompare(right)` in a locale without rules of its own, such as English: letters before case, `a` before `A`.
#[must_use]
pub fn locale_compare(left: &str, right: &str) -> Ordering {
    const COLLATOR: CollatorBorrowed<'static> = CollatorBorrowed::new_root(CollatorOptions::default());
    COLLATOR.compare(left, right)
}

/// Sorts as `Array.prototype.sort` does, in the same steps, so that even a comparison that contradicts itself gives the same result.
/// Long arrays may differ from it in that case, but equal elements keep their order in any.
pub fn sort<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    for chunk in items.chunks_mut(LONGEST_RUN - 1) {
        sort_by_insertion(chunk, &compare);
    }
    if items.len() >= LONGEST_RUN {
        sort_by_insertion(items, &compare);
    }
}

fn sort_by_insertion<T>(items: &mut [T], compare: &impl Fn(&T, &T) -> Ordering) {
    let mut sorted = leading_run(items, compare);
    while sorted < items.len() {
        // The place after everything that is not greater, found by halving.
        let (mut low, mut high) = (0, sorted);
        while low < high {
            let middle = low + (high - low) / 2;
            if compare(&items[sorted], &items[middle]).is_lt() {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items[low..=sorted].rotate_right(1);
        sorted += 1;
    }
}

/// How many elements are in order from the start; if they descend strictly, they are turned around first.
fn leading_run<T>(items: &mut [T], compare: &impl Fn(&T, &T) -> Ordering) -> usize {
    if items.len() < 2 {
        return items.len();
    }
    let descends = |items: &[T], place: usize| compare(&items[place], &items[place - 1]).is_lt();
    let descending = descends(items, 1);
    let mut length = 2;
    while length < items.len() && descends(items, length) == descending {
        length += 1;
    }
    if descending {
        items[..length].reverse();
    }
    length
}

/// `typeof` of a value.
#[must_use]
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => "object",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
    }
}
