//! A sequence that a change copies only a few kilobytes of.
//!
//! A B+ tree over positions: leaves of elements, branches that count what is under them. Cloning
//! it is free, and a clone never changes, so whoever reads one needs no lock. It knows no keys:
//! whoever keeps a tree sorted finds positions with [`Tree::partition_point`], which is why an
//! element can be a bare slot number whose key stands elsewhere.

use std::sync::Arc;

/// Elements of a leaf. With its two counters, a leaf of 4-byte elements is 2 KB: small to copy,
/// and the counters stay under one percent.
const LEAF: usize = 508;

/// Children of a branch.
const BRANCH: usize = 32;

#[derive(Clone, Debug)]
pub struct Tree<T> {
    root: Node<T>,
}

#[derive(Clone, Debug)]
enum Node<T> {
    Leaf(Arc<[T]>),
    /// Never empty.
    Branch(Arc<Vec<Child<T>>>),
}

#[derive(Clone, Debug)]
struct Child<T> {
    /// The first element under it, kept here so that a search touches one leaf only.
    first: T,
    /// Elements under it and under its elder siblings.
    until: usize,
    node: Node<T>,
}

impl<T: Clone> Tree<T> {
    /// Leaves come out equally full, with room for an eighth more: full ones would all split, and
    /// be half empty, with their first change.
    pub fn new(elements: &[T]) -> Self {
        let mut level: Vec<Node<T>> = evenly(elements, LEAF - LEAF / 8).map(|run| Node::Leaf(run.into())).collect();
        while level.len() > 1 {
            level = evenly(&level, BRANCH).map(|run| Node::branch(run.iter().cloned())).collect();
        }
        Self { root: level.pop().unwrap_or_else(|| Node::Leaf(Arc::new([]))) }
    }

    pub fn len(&self) -> usize {
        self.root.len()
    }

    /// How many elements come before the first for which `before` is false; like the slice's
    /// method, for elements that are so partitioned.
    pub fn partition_point(&self, before: impl FnMut(&T) -> bool) -> usize {
        let (start, _, at) = self.search(before);
        start + at
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        let (leaf, at) = self.leaf(index);
        leaf.get(at)
    }

    pub fn reader(&self) -> Reader<'_, T> {
        Reader { tree: self, start: 0, leaf: &[] }
    }

    /// The elements from `index` on, as the slices they lie in.
    pub fn runs(&self, index: usize) -> impl Iterator<Item = &[T]> {
        let mut next = index;
        std::iter::from_fn(move || {
            let (leaf, at) = self.leaf(next);
            let run = &leaf[at.min(leaf.len())..];
            next += run.len();
            (!run.is_empty()).then_some(run)
        })
    }

    /// The elements before `index`, as the slices they lie in, the last slice first; each is to
    /// be read backwards.
    pub fn runs_back(&self, index: usize) -> impl Iterator<Item = &[T]> {
        let mut until = index.min(self.len());
        std::iter::from_fn(move || {
            let (leaf, at) = self.leaf(until.checked_sub(1)?);
            let run = &leaf[..=at];
            until -= run.len();
            Some(run)
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.runs(0).flatten()
    }

    /// `index` is at most the length.
    pub fn insert(&mut self, index: usize, element: T) {
        if let Some(right) = self.root.insert(index, element) {
            let left = std::mem::replace(&mut self.root, Node::Leaf(Arc::new([])));
            self.root = Node::branch([left, right]);
        }
    }

    /// `index` is less than the length.
    pub fn remove(&mut self, index: usize) {
        self.root.remove(index);
        while let Node::Branch(children) = &self.root
            && let [only] = children.as_slice()
        {
            self.root = only.node.clone();
        }
    }

    /// Drops what `keep` refuses: for removals so many that one by one would take longer.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let kept: Vec<T> = self.iter().filter(|element| keep(element)).cloned().collect();
        *self = Self::new(&kept);
    }

    /// Where a leaf starts, the leaf, and the place in it (its end, perhaps) of the first
    /// element for which `before` is false.
    fn search(&self, mut before: impl FnMut(&T) -> bool) -> (usize, &[T], usize) {
        let (mut node, mut start) = (&self.root, 0);
        loop {
            match node {
                Node::Leaf(leaf) => return (start, leaf, leaf.partition_point(before)),
                Node::Branch(children) => {
                    let at = children.partition_point(|child| before(&child.first)).saturating_sub(1);
                    start += begin(children, at);
                    node = &children[at].node;
                }
            }
        }
    }

    /// The leaf that holds `index`, and where in it; past the end, a place past the leaf's.
    fn leaf(&self, index: usize) -> (&[T], usize) {
        let (mut node, mut index) = (&self.root, index);
        loop {
            match node {
                Node::Leaf(leaf) => return (leaf, index),
                Node::Branch(children) => {
                    let (child, within) = find(children, index);
                    index = within;
                    node = &children[child].node;
                }
            }
        }
    }
}

/// Searches a sorted tree many times: a search that ends in the leaf of the one before costs no
/// descent, so that neighbours cost little more than reading.
pub struct Reader<'a, T> {
    tree: &'a Tree<T>,
    leaf: &'a [T],
    /// Where the leaf starts.
    start: usize,
}

impl<'a, T: Clone> Reader<'a, T> {
    /// [`Tree::partition_point`], and the elements from there on, as far as one leaf holds them:
    /// none at the end of the tree only.
    pub fn seek(&mut self, before: impl Fn(&T) -> bool) -> (usize, &'a [T]) {
        let inside = self.leaf.first().is_some_and(&before) && !self.leaf.last().is_none_or(&before);
        let at = if inside {
            self.leaf.partition_point(before)
        } else {
            let at;
            (self.start, self.leaf, at) = self.tree.search(before);
            at
        };
        if at == self.leaf.len() {
            return (self.start + at, self.next());
        }
        (self.start + at, &self.leaf[at..])
    }

    /// The leaf after the one that was last read.
    pub fn next(&mut self) -> &'a [T] {
        self.start += self.leaf.len();
        self.leaf = self.tree.runs(self.start).next().unwrap_or_default();
        self.leaf
    }
}

impl<T: Clone> Node<T> {
    /// Of nodes that are not empty.
    fn branch(nodes: impl IntoIterator<Item = Self>) -> Self {
        let mut until = 0;
        let child = |node: Self| {
            until += node.len();
            Some(Child { first: node.first()?.clone(), until, node })
        };
        Node::Branch(Arc::new(nodes.into_iter().filter_map(child).collect()))
    }

    fn first(&self) -> Option<&T> {
        match self {
            Node::Leaf(leaf) => leaf.first(),
            Node::Branch(children) => children.first().map(|child| &child.first),
        }
    }

    fn len(&self) -> usize {
        match self {
            Node::Leaf(leaf) => leaf.len(),
            Node::Branch(children) => children.last().map_or(0, |child| child.until),
        }
    }

    /// Whether it holds less than a quarter of what it could.
    fn sparse(&self) -> bool {
        match self {
            Node::Leaf(leaf) => leaf.len() < LEAF / 4,
            Node::Branch(children) => children.len() < BRANCH / 4,
        }
    }

    /// Returns the right half, if it had to be split.
    fn insert(&mut self, index: usize, element: T) -> Option<Self> {
        match self {
            Node::Leaf(leaf) => {
                let mut longer = Vec::with_capacity(leaf.len() + 1);
                longer.extend_from_slice(&leaf[..index]);
                longer.push(element);
                longer.extend_from_slice(&leaf[index..]);
                if longer.len() <= LEAF {
                    *leaf = longer.into();
                    return None;
                }
                let (left, right) = longer.split_at(longer.len() / 2);
                *leaf = left.into();
                Some(Node::Leaf(right.into()))
            }
            Node::Branch(children) => {
                let (at, within) = find(children, index);
                let children = Arc::make_mut(children);
                children[at..].iter_mut().for_each(|child| child.until += 1);
                let child = &mut children[at];
                if within == 0 {
                    child.first = element.clone();
                }
                let right = child.node.insert(within, element)?;
                let until = child.until;
                child.until -= right.len();
                let first = right.first()?.clone();
                children.insert(at + 1, Child { first, until, node: right });
                if children.len() <= BRANCH {
                    return None;
                }
                let right = children.split_off(children.len() / 2);
                Some(Node::branch(right.into_iter().map(|child| child.node)))
            }
        }
    }

    fn remove(&mut self, index: usize) {
        match self {
            Node::Leaf(leaf) => {
                let mut shorter = Vec::with_capacity(leaf.len());
                shorter.extend_from_slice(&leaf[..index]);
                shorter.extend_from_slice(&leaf[index + 1..]);
                *leaf = shorter.into();
            }
            Node::Branch(children) => {
                let (at, within) = find(children, index);
                let siblings = children.len();
                let child = &mut Arc::make_mut(children)[at];
                child.node.remove(within);
                if child.node.sparse() && siblings > 1 {
                    *self = Self::branch(merged(children, at.saturating_sub(1)));
                    return;
                }
                if let Some(first) = child.node.first() {
                    child.first = first.clone();
                }
                Arc::make_mut(children)[at..].iter_mut().for_each(|child| child.until -= 1);
            }
        }
    }
}

/// The nodes of a branch, with the two from `left` on made one, or two equally full ones where
/// one cannot hold all.
fn merged<T: Clone>(children: &[Child<T>], left: usize) -> Vec<Node<T>> {
    let merged: Vec<Node<T>> = match (&children[left].node, &children[left + 1].node) {
        (Node::Leaf(left), Node::Leaf(right)) => {
            evenly(&[&left[..], right].concat(), LEAF).map(|run| Node::Leaf(run.into())).collect()
        }
        (Node::Branch(left), Node::Branch(right)) => evenly(&[&left[..], right].concat(), BRANCH)
            .map(|run| Node::branch(run.iter().map(|child| child.node.clone())))
            .collect(),
        _ => unreachable!("cannot be: all leaves are equally deep, so siblings are of one kind"),
    };
    let mut nodes: Vec<Node<T>> = children.iter().map(|child| child.node.clone()).collect();
    nodes.splice(left..=left + 1, merged);
    nodes
}

/// The child that holds `index`, and the index within it. The last child takes what lies past
/// the end.
fn find<T>(children: &[Child<T>], index: usize) -> (usize, usize) {
    let at = children.partition_point(|child| child.until <= index).min(children.len().saturating_sub(1));
    (at, index - begin(children, at))
}

/// Elements before a child, under its elder siblings.
fn begin<T>(children: &[Child<T>], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |elder| children[elder].until)
}

/// `all` in as few slices as `most` allows, none more than one longer than another.
fn evenly<T>(all: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let runs = all.len().div_ceil(most);
    (0..runs).map(move |run| &all[run * all.len() / runs..(run + 1) * all.len() / runs])
}
