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

    /// Features with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.0
            .iter()
            .map(|(feature, value)| (*feature as usize, *value))
    }
}
