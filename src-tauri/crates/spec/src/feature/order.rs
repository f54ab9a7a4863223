//! In which order Features are installed (Feature dependencies specification, part B).
//!
//! The order is the reference's, down to how it compares texts: it decides the layers of an image and the lines of its label.

use std::cmp::Ordering;

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::asked::map_identifier;
use super::graph::{FeatureNode, SoftDependency};
use super::reference::{FeatureReference, LocalBase, OciReference, ReferenceError};
use crate::javascript::{self, locale_compare};

/// Why Features have no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Features wait for each other.
    #[error("the Features wait for each other: {}", circle_text(circle))]
    Circle {
        /// The Features as their users named them, each waiting for the next and the last for the first.
        circle: Vec<String>,
    },
    /// An entry of `overrideFeatureInstallOrder` that names no Feature.
    // Scripts know this text from the reference.
    #[error("Feature '{entry}' in 'overrideFeatureInstallOrder' could not be processed.")]
    Override {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        #[source]
        error: ReferenceError,
    },
}

impl OrderError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Circle { .. } => {
                Some("Remove one of them, or ask its author to drop the dependency".to_owned())
            }
            Self::Override { error, .. } => error.hint(),
        }
    }

    /// The error as the reference words it where scripts may look for it.
    #[must_use]
    pub fn reference_text(&self) -> String {
        match self {
            Self::Circle { .. } => "Failed to compute Feature installation order!".to_owned(),
            Self::Override { error: error @ ReferenceError::Legacy { .. }, .. } => error.reference_text(),
            Self::Override { .. } => self.to_string(),
        }
    }
}

/// Reads `overrideFeatureInstallOrder`.
///
/// # Errors
/// An entry names no Feature.
pub fn overrides(
    entries: &[String],
    base: &LocalBase<'_>,
    auto_mapping: bool,
) -> Result<Vec<FeatureReference>, OrderError> {
    entries
        .iter()
        .map(|entry| {
            let mapped = if auto_mapping { map_identifier(entry) } else { None };
            FeatureReference::parse(mapped.as_ref().map_or(entry, |mapped| &mapped.id), base)
                .map_err(|error| OrderError::Override { entry: entry.clone(), error })
        })
        .collect()
}

/// The places of the nodes in the order of their installation.
///
/// In each round, of the nodes whose dependencies are installed those with the highest priority are installed, sorted.
/// `overrides` gives priority, its first entry the highest.
///
/// # Errors
/// Nodes wait for each other.
pub fn install_order(
    nodes: &[FeatureNode],
    overrides: &[FeatureReference],
) -> Result<Vec<usize>, OrderError> {
    let priorities: Vec<usize> = nodes.iter().map(|node| priority(node, overrides)).collect();
    let after: Vec<Vec<&SoftDependency>> = nodes
        .iter()
        .map(|node| {
            let relevant = |soft: &&SoftDependency| nodes.iter().any(|other| satisfies(other, soft));
            node.installs_after.iter().filter(relevant).collect()
        })
        .collect();
    let mut order: IndexSet<usize> = IndexSet::new();
    while order.len() < nodes.len() {
        let ready = |place: usize| {
            nodes[place].depends_on.iter().all(|dependency| order.contains(dependency))
                && after[place].iter().all(|soft| order.iter().any(|done| satisfies(&nodes[*done], soft)))
        };
        let mut round: Vec<usize> =
            (0..nodes.len()).filter(|place| !order.contains(place) && ready(*place)).collect();
        let Some(highest) = round.iter().map(|place| priorities[*place]).max() else {
            return Err(OrderError::Circle { circle: circle(nodes, &after, &order) });
        };
        round.retain(|place| priorities[*place] == highest);
        javascript::sort(&mut round, |left, right| compare(&nodes[*left], &nodes[*right]));
        order.extend(round);
    }
    Ok(order.into_iter().collect())
}

/// What to tell about entries of `overrideFeatureInstallOrder` that stand for none of the nodes: they order nothing, and were meant to.
#[must_use]
pub fn idle_overrides(
    entries: &[String],
    overrides: &[FeatureReference],
    nodes: &[FeatureNode],
) -> Vec<String> {
    let idle = |wanted: &FeatureReference| !nodes.iter().any(|node| matches(&node.reference, wanted));
    let named = entries.iter().zip(overrides).filter(|(_, wanted)| idle(wanted));
    named
        .map(|(entry, _)| {
            format!("overrideFeatureInstallOrder names '{entry}', which is none of the Features that are installed")
        })
        .collect()
}

/// How early a node is wanted: the first entry of `overrides` counts most, and no entry 0.
pub(super) fn priority(node: &FeatureNode, overrides: &[FeatureReference]) -> usize {
    overrides
        .iter()
        .position(|wanted| matches(&node.reference, wanted))
        .map_or(0, |place| overrides.len() - place)
}

/// Whether two nodes are the same Feature with the same options, so that one of them is enough.
pub(super) fn equal(left: &FeatureNode, right: &FeatureNode) -> bool {
    std::mem::discriminant(&left.reference) == std::mem::discriminant(&right.reference)
        && compare(left, right) == Ordering::Equal
}

/// Whether a node is what a soft dependency means, in any version and under any of its names.
pub(super) fn satisfies(node: &FeatureNode, soft: &SoftDependency) -> bool {
    if matches(&node.reference, &soft.reference) {
        return true;
    }
    let (FeatureReference::Oci(node_reference), FeatureReference::Oci(wanted)) =
        (&node.reference, &soft.reference)
    else {
        return false;
    };
    let one_of = |aliases: &[String], id: &str| aliases.iter().any(|alias| alias.eq_ignore_ascii_case(id));
    same_collection(node_reference, wanted)
        && (one_of(&soft.aliases, &node_reference.id)
            || node.manifest.renamed_to().is_some_and(|current| current.eq_ignore_ascii_case(&wanted.id)))
}

/// Whether two references are to one Feature, whatever the version.
fn matches(left: &FeatureReference, right: &FeatureReference) -> bool {
    match (left, right) {
        (FeatureReference::Oci(left), FeatureReference::Oci(right)) => {
            same_collection(left, right) && left.id == right.id
        }
        (
            FeatureReference::GitHub { owner, repository, id, .. },
            FeatureReference::GitHub {
                owner: other_owner, repository: other_repository, id: other_id, ..
            },
        ) => owner == other_owner && repository == other_repository && id == other_id,
        (FeatureReference::Local { folder: left, .. }, FeatureReference::Local { folder: right, .. })
        | (FeatureReference::Tarball { url: left, .. }, FeatureReference::Tarball { url: right, .. }) => {
            left == right
        }
        _ => false,
    }
}

fn same_collection(left: &OciReference, right: &OciReference) -> bool {
    left.registry == right.registry && left.namespace == right.namespace
}

/// How two nodes of one round are sorted.
fn compare(left: &FeatureNode, right: &FeatureNode) -> Ordering {
    let options = || compare_options(&left.options, &right.options);
    match (&left.reference, &right.reference) {
        (FeatureReference::Oci(one), FeatureReference::Oci(other)) => {
            if left.digest.is_some() && left.digest == right.digest && options().is_eq() {
                return Ordering::Equal;
            }
            let tags = match (one.tag(), other.tag()) {
                (Some(one), Some(other)) => locale_compare(one, other),
                _ => Ordering::Equal,
            };
            compare_resources(left, one, right, other).then(tags).then_with(options).then_with(|| {
                let digest = |node: &FeatureNode| node.digest.clone().unwrap_or_default();
                locale_compare(&digest(left), &digest(right))
            })
        }
        (FeatureReference::Local { folder: one, .. }, FeatureReference::Local { folder: other, .. })
        | (FeatureReference::Tarball { url: one, .. }, FeatureReference::Tarball { url: other, .. }) => {
            locale_compare(one, other).then_with(options)
        }
        (FeatureReference::GitHub { .. }, FeatureReference::GitHub { .. }) => {
            let id = |node: &FeatureNode| node.id_without_version().unwrap_or_default().to_owned();
            locale_compare(&id(left), &id(right)).then_with(options)
        }
        _ => locale_compare(&left.user_id, &right.user_id),
    }
}

/// By collection, then by id; a Feature that was renamed is the same under each of its names.
fn compare_resources(
    left: &FeatureNode,
    one: &OciReference,
    right: &FeatureNode,
    other: &OciReference,
) -> Ordering {
    if !same_collection(one, other) {
        let collection = |reference: &OciReference| format!("{}/{}", reference.registry, reference.namespace);
        return locale_compare(&collection(one), &collection(other));
    }
    let names = |node: &FeatureNode, reference: &OciReference| {
        let aliases = node.manifest.aliases();
        if aliases.is_empty() { vec![reference.id.clone()] } else { aliases }
    };
    let others = names(right, other);
    if names(left, one).iter().any(|name| others.contains(name)) {
        return Ordering::Equal;
    }
    locale_compare(&one.id, &other.id)
}

/// Options by their number, then by their names, then by their values.
fn compare_options(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => compare_members(left, right),
        (Value::String(left), Value::String(right)) => locale_compare(left, right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        _ if left == right => Ordering::Equal,
        _ => locale_compare(javascript::type_of(left), javascript::type_of(right))
            .then_with(|| locale_compare(&javascript::to_text(left), &javascript::to_text(right))),
    }
}

fn compare_members(left: &Map<String, Value>, right: &Map<String, Value>) -> Ordering {
    fn sorted(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
        let mut members: Vec<_> = members.iter().collect();
        // JavaScript sorts by UTF-16 units unless it is told otherwise.
        members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
        members
    }
    let in_order = sorted(left).into_iter().zip(sorted(right)).map(|((key, value), (other_key, other))| {
        if key == other_key {
            compare_options(value, other)
        } else {
            locale_compare(key, other_key).then_with(|| key.cmp(other_key))
        }
    });
    left.len().cmp(&right.len()).then_with(|| in_order.fold(Ordering::Equal, Ordering::then))
}

/// A circle among the nodes that are not installed: from any of them on, always what it waits for.
fn circle(nodes: &[FeatureNode], after: &[Vec<&SoftDependency>], done: &IndexSet<usize>) -> Vec<String> {
    let waits_for = |place: usize| {
        let hard = nodes[place].depends_on.iter().copied().find(|dependency| !done.contains(dependency));
        hard.or_else(|| {
            let soft =
                after[place].iter().find(|soft| !done.iter().any(|node| satisfies(&nodes[*node], soft)))?;
            (0..nodes.len()).find(|other| !done.contains(other) && satisfies(&nodes[*other], soft))
        })
    };
    let mut way: IndexSet<usize> = IndexSet::new();
    let mut next = (0..nodes.len()).find(|place| !done.contains(place));
    while let Some(place) = next {
        if let (start, false) = way.insert_full(place) {
            return way.iter().skip(start).map(|place| nodes[*place].user_id.clone()).collect();
        }
        next = waits_for(place);
    }
    way.iter().map(|place| nodes[*place].user_id.clone()).collect()
}

fn circle_text(circle: &[String]) -> String {
    circle.iter().chain(circle.first()).map(|id| format!("'{id}'")).collect::<Vec<_>>().join(" → ")
}
