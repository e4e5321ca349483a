//! Sets of small numbers, for asking which of many lines a crew serves in a handful of instructions.

/// A set of numbers that are given out from 0 upwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u64>);

const WIDTH: usize = u64::BITS as usize;

impl Bits {
    pub fn set(&mut self, number: usize, on: bool) {
        let word = number / WIDTH;
        if word >= self.0.len() {
            if !on {
                return;
            }
            self.0.resize(word + 1, 0);
        }
        let bit = 1 << (number % WIDTH);
        if on {
            self.0[word] |= bit;
        } else {
            self.0[word] &= !bit;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(ones)
    }

    /// What is in both.
    pub fn and<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let both = self.0.iter().zip(&other.0).map(|(a, b)| a & b);
        both.enumerate().flat_map(|(at, word)| ones((at, &word)))
    }
}

fn ones((at, word): (usize, &u64)) -> impl Iterator<Item = usize> + use<> {
    let mut left = *word;
    std::iter::from_fn(move || {
        let lowest = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(at * WIDTH + lowest)
    })
}

/// Things that are named by small numbers, which are used again.
#[derive(Clone, Debug)]
pub(crate) struct Slots<T> {
    things: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            things: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slots<T> {
    pub fn add(&mut self, thing: T) -> usize {
        match self.free.pop() {
            Some(number) => {
                self.things[number] = Some(thing);
                number
            }
            None => {
                self.things.push(Some(thing));
                self.things.len() - 1
            }
        }
    }

    pub fn remove(&mut self, number: usize) -> Option<T> {
        let thing = self.things.get_mut(number)?.take();
        if thing.is_some() {
            self.free.push(number);
        }
        thing
    }

    pub fn get(&self, number: usize) -> Option<&T> {
        self.things.get(number)?.as_ref()
    }

    pub fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.things.get_mut(number)?.as_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let numbered = self.things.iter().enumerate();
        numbered.filter_map(|(number, thing)| Some((number, thing.as_ref()?)))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut T)> {
        let numbered = self.things.iter_mut().enumerate();
        numbered.filter_map(|(number, thing)| Some((number, thing.as_mut()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_both_is_in_each() {
        let (mut even, mut third) = (Bits::default(), Bits::default());
        for number in 0..400 {
            even.set(number, number % 2 == 0);
            third.set(number, number % 3 == 0);
        }
        let both: Vec<usize> = even.and(&third).collect();
        assert_eq!(both, (0..400).step_by(6).collect::<Vec<_>>());
        even.set(6, false);
        assert_eq!(even.and(&third).nth(1), Some(12));
        assert_eq!(third.iter().count(), 134);
    }

    #[test]
    fn numbers_are_used_again() {
        let mut slots = Slots::default();
        let (first, second) = (slots.add("a"), slots.add("b"));
        assert_eq!(slots.remove(first), Some("a"));
        assert_eq!(slots.remove(first), None);
        assert_eq!(slots.add("c"), first);
        assert_eq!(slots.get(second), Some(&"b"));
        assert_eq!(slots.iter().count(), 2);
    }
}
