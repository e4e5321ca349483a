//! Disjoint sets of nodes.

/// A union-find over the indices `0..len`.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    parent: Vec<usize>,
    size: Vec<usize>,
}

impl Groups {
    pub(crate) fn singletons(len: usize) -> Self {
        Self {
            parent: (0..len).collect(),
            size: vec![1; len],
        }
    }

    /// The representative of the group `node` is in. Only equality of representatives means anything.
    pub(crate) fn find(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }

    pub(crate) fn same(&mut self, a: usize, b: usize) -> bool {
        self.find(a) == self.find(b)
    }

    /// True when a node's group is itself.
    pub(crate) fn is_alone(&mut self, node: usize) -> bool {
        let root = self.find(node);
        self.size[root] == 1
    }

    /// Joins two groups and returns `(kept, absorbed)`, or none when they already were one.
    pub(crate) fn join(&mut self, a: usize, b: usize) -> Option<(usize, usize)> {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return None;
        }
        let (kept, absorbed) = (a.min(b), a.max(b));
        self.parent[absorbed] = kept;
        self.size[kept] += self.size[absorbed];
        Some((kept, absorbed))
    }
}
