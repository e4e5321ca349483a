//! A text as numbers: which features it has, and how much of each.

/// Features by number, in order, with their values; at length one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row(Vec<(u32, f32)>);

impl Row {
    /// `values` at length one; empty when they have no direction.
    pub(crate) fn new(mut values: Vec<(u32, f32)>) -> Self {
        let length = values.iter().map(|(_, value)| value * value).sum::<f32>();
        let length = length.sqrt();
        if !length.is_normal() {
            return Self::default();
        }
        values.iter_mut().for_each(|(_, value)| *value /= length);
        Self(values)
    }

    /// A vector that has a value everywhere.
    pub(crate) fn dense(vector: &[f32]) -> Self {
        Self::new((0..).zip(vector.iter().copied()).collect())
    }

    /// The cosine of the angle to `other`.
    pub(crate) fn product(&self, other: &Self) -> f32 {
        let mut theirs = other.0.iter().peekable();
        let mut sum = 0.0;
        for (feature, value) in &self.0 {
            while theirs.next_if(|(other, _)| other < feature).is_some() {}
            if let Some((_, other)) = theirs.next_if(|(other, _)| other == feature) {
                sum += value * other;
            }
        }
        sum
    }

    /// Features with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.0
            .iter()
            .map(|(feature, value)| (*feature as usize, *value))
    }
}
