//! Finds the values in which two documents differ, whatever their spelling.

use std::collections::BTreeMap;

use crate::domain::folded_tree::{FoldedTree, NodeLabel, NodeValue, TreeNode};

/// Differences that are told at most.
pub const MOST_DIFFERENCES: usize = 5_000;

/// A value that one document has and the other has not, or has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueDifference {
    /// As jq takes it: `.users[3].name`.
    pub path: String,
    /// In one line; `None` where there is no such value.
    pub one: Option<String>,
    pub other: Option<String>,
}

/// How two objects or arrays differ. Names in another order and another spelling are no difference;
/// numbers are compared as they are written. `None` where that cannot be told: a document is a
/// single value, is not here as a whole, or has a name twice.
pub fn value_differences(one: &FoldedTree, other: &FoldedTree) -> Option<Vec<ValueDifference>> {
    if one.cut || other.cut {
        return None;
    }
    let mut comparing = Comparing { path: Vec::new(), found: Vec::new(), unclear: false };
    let (one, other) = (one.nodes(), other.nodes());
    let containers = [one, other].iter().all(|nodes| is_container(nodes.first()));
    if !containers || [one, other].iter().any(|nodes| nodes.iter().any(TreeNode::is_shortened)) {
        return None;
    }
    comparing.compare((one, 0), (other, 0));
    (!comparing.unclear).then_some(comparing.found)
}

fn is_container(node: Option<&TreeNode>) -> bool {
    let value = node.map(|node| &node.value);
    matches!(value, Some(NodeValue::Object { .. } | NodeValue::Array { .. }))
}

/// Values that are nested deeper are told as a whole.
const DEEPEST: usize = 200;

/// A value in the nodes of its document.
type Place<'a> = (&'a [TreeNode], usize);

struct Comparing {
    path: Vec<NodeLabel>,
    found: Vec<ValueDifference>,
    /// A name stands twice: which of its values counts, nobody says.
    unclear: bool,
}

impl Comparing {
    fn compare(&mut self, one: Place<'_>, other: Place<'_>) {
        if self.found.len() >= MOST_DIFFERENCES || is_same(one, other) {
            return;
        }
        let values = (&one.0[one.1].value, &other.0[other.1].value);
        match values {
            _ if self.path.len() >= DEEPEST => self.note(Some(one), Some(other)),
            (NodeValue::Object { .. }, NodeValue::Object { .. }) => self.objects(one, other),
            (NodeValue::Array { .. }, NodeValue::Array { .. }) => self.arrays(one, other),
            _ => self.note(Some(one), Some(other)),
        }
    }

    fn objects(&mut self, one: Place<'_>, other: Place<'_>) {
        let (Some(here), Some(there)) = (members(one), members(other)) else {
            self.unclear = true;
            return;
        };
        let added = there.iter().filter(|(name, _)| !here.contains_key(*name));
        for (name, at) in &here {
            self.below(NodeLabel::Name((*name).to_owned()), |this| match there.get(name) {
                Some(found) => this.compare((one.0, *at), (other.0, *found)),
                None => this.note(Some((one.0, *at)), None),
            });
        }
        for (name, at) in added {
            self.below(NodeLabel::Name((*name).to_owned()), |this| {
                this.note(None, Some((other.0, *at)));
            });
        }
    }

    /// Values that were put in or taken out move the others: what begins and ends alike is left
    /// out, and the rest is compared one by one.
    fn arrays(&mut self, one: Place<'_>, other: Place<'_>) {
        let (here, there) = (children(one), children(other));
        let same = |(here, there): &(&usize, &usize)| is_same((one.0, **here), (other.0, **there));
        let start = here.iter().zip(&there).take_while(same).count();
        let (here_rest, there_rest) = (&here[start..], &there[start..]);
        let end = here_rest.iter().rev().zip(there_rest.iter().rev()).take_while(same).count();
        let here_rest = &here_rest[..here_rest.len() - end];
        let there_rest = &there_rest[..there_rest.len() - end];
        for at in 0..here_rest.len().max(there_rest.len()) {
            let here = here_rest.get(at).map(|at| (one.0, *at));
            let there = there_rest.get(at).map(|at| (other.0, *at));
            self.below(NodeLabel::Number(start + at), |this| match (here, there) {
                (Some(here), Some(there)) => this.compare(here, there),
                (here, there) => this.note(here, there),
            });
        }
    }

    fn below(&mut self, label: NodeLabel, act: impl FnOnce(&mut Comparing)) {
        self.path.push(label);
        act(self);
        self.path.pop();
    }

    fn note(&mut self, one: Option<Place<'_>>, other: Option<Place<'_>>) {
        if self.found.len() < MOST_DIFFERENCES {
            let path = FoldedTree::spelled(self.path.iter());
            let (one, other) = (one.map(in_one_line), other.map(in_one_line));
            self.found.push(ValueDifference { path, one, other });
        }
    }
}

/// The nodes directly below one.
fn children((nodes, at): Place<'_>) -> Vec<usize> {
    let (mut found, mut child) = (Vec::new(), at + 1);
    while child < nodes[at].end {
        found.push(child);
        child = nodes[child].end.max(child + 1);
    }
    found
}

/// `None` where a name stands twice.
fn members(place: Place<'_>) -> Option<BTreeMap<&str, usize>> {
    let mut found = BTreeMap::new();
    for at in children(place) {
        let Some(NodeLabel::Name(name)) = &place.0[at].label else { return None };
        if found.insert(name.as_str(), at).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Whether two values are the same in the same order.
fn is_same((one, at): Place<'_>, (other, there): Place<'_>) -> bool {
    let (size, other_size) = (one[at].end - at, other[there].end - there);
    let alike = |(one, other): (&TreeNode, &TreeNode)| one.value == other.value;
    let inner = |nodes: &'_ [TreeNode], at: usize| at + 1..nodes[at].end;
    size == other_size
        && alike((&one[at], &other[there]))
        && one[inner(one, at)]
            .iter()
            .zip(&other[inner(other, there)])
            .all(|(here, there)| here.label == there.label && alike((here, there)))
}

/// Cells of a value that are shown at most.
const LONGEST: usize = 200;

fn in_one_line(place: Place<'_>) -> String {
    let mut line = String::new();
    write(place, &mut line);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn write(place: Place<'_>, line: &mut String) {
    if line.len() > LONGEST * 4 {
        return line.push('…');
    }
    let (nodes, at) = place;
    let (begin, end) = match &nodes[at].value {
        NodeValue::Text(text) => return line.push_str(&format!("{text:?}")),
        NodeValue::Plain(text) => return line.push_str(text),
        NodeValue::Object { .. } => ('{', '}'),
        NodeValue::Array { .. } => ('[', ']'),
    };
    line.push(begin);
    for (number, child) in children(place).into_iter().enumerate() {
        if number > 0 {
            line.push_str(", ");
        }
        if let Some(NodeLabel::Name(name)) = &nodes[child].label {
            line.push_str(&format!("{name:?}: "));
        }
        write((nodes, child), line);
    }
    line.push(end);
}
