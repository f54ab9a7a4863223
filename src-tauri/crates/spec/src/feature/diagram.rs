//! The graph of Features as a flowchart in the language of Mermaid, which a page can draw.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::graph::FeatureNode;
use super::order::{priority, satisfies};
use super::reference::FeatureReference;
use crate::javascript;

/// The flowchart of a graph whose first `asked` nodes are those that were asked for. Solid arrows lead to what a Feature depends on,
/// dotted ones to what it is installed after. The numbers are those of `overrideFeatureInstallOrder`.
#[must_use]
pub fn mermaid(nodes: &[FeatureNode], asked: usize, overrides: &[FeatureReference]) -> String {
    let names: Vec<String> = nodes.iter().map(|node| name(node, priority(node, overrides))).collect();
    // A Feature that several depend on is followed below the first of them.
    let mut parents: HashMap<usize, usize> = HashMap::new();
    for (place, node) in nodes.iter().enumerate() {
        for child in node.depends_on.iter().filter(|child| **child >= asked) {
            parents.entry(*child).or_insert(place);
        }
    }
    let chart = Chart { nodes, names: &names, parents: &parents };
    let mut text = "flowchart\n".to_owned();
    for (root, name) in names.iter().enumerate().take(asked) {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name}");
        chart.below(root, &mut text);
    }
    text
}

struct Chart<'a> {
    nodes: &'a [FeatureNode],
    names: &'a [String],
    parents: &'a HashMap<usize, usize>,
}

impl Chart<'_> {
    /// The arrows of a node and of those that are followed below it. Each node is followed once, so there is an end.
    fn below(&self, place: usize, text: &mut String) {
        let node = &self.nodes[place];
        for child in &node.depends_on {
            let _ = writeln!(text, "{} --> {}", self.names[place], self.names[*child]);
            if self.parents.get(child) == Some(&place) && *child > place {
                self.below(*child, text);
            }
        }
        for soft in &node.installs_after {
            for (other, name) in self.nodes.iter().zip(self.names) {
                if satisfies(other, soft) {
                    let _ = writeln!(text, "{} -.-> {name}", self.names[place]);
                }
            }
        }
    }
}

/// `1a2b3c[ghcr.io/a/b/c:1<br/><0><br>aliases: c]`: six digits that stay the same for the same Feature with the same options.
fn name(node: &FeatureNode, priority: usize) -> String {
    let what = format!("{}\n{}", node.reference, javascript::to_text(&node.options));
    let hash = Sha256::digest(what.as_bytes());
    let [first, second, third] = [hash[0], hash[1], hash[2]];
    let aliases = node.manifest.aliases();
    let aliases =
        if aliases.is_empty() { String::new() } else { format!("<br>aliases: {}", aliases.join(", ")) };
    format!("{first:02x}{second:02x}{third:02x}[{}<br/><{priority}>{aliases}]", node.user_id)
}
