//! How alike two people's details are: name, address, date of birth, phone, email.
//!
//! Only ever a reason to *suggest* that two customers are one person; details prove nothing.
//!
//! The model is that of Fellegi and Sunter, "A Theory for Record Linkage" (JASA 64, 1969): each
//! detail agrees to some [`Level`], and each level is so much more likely between two records of one
//! person (m) than between two people (u). The logarithms of m/u add up; an exact agreement on a
//! rare value counts more than on a common one (Winkler's frequency adjustment). The weights are
//! estimated from data without labels by [`estimate`].
//!
//! A caller keeps [`blocking_keys`] of every customer, looks up who shares a key, and scores only
//! those pairs.

pub mod assign;
pub mod attributes;
pub mod estimate;
pub mod weights;

mod blocking;
mod compare;
mod shipped;

pub use attributes::{Field, PersonAttributes};
pub use blocking::blocking_keys;
pub use compare::Level;
pub use weights::{Frequencies, Weights};

/// The probability, 0 to 1, that two sets of details are one person's.
pub fn score(a: &PersonAttributes, b: &PersonAttributes, weights: &Weights) -> f64 {
    probability(log_odds(a, b, weights))
}

/// The same as natural logarithm of the odds; it keeps its order where [`score`] is too close to 1.
pub fn log_odds(a: &PersonAttributes, b: &PersonAttributes, weights: &Weights) -> f64 {
    let levels = compare::compare(a, b);
    let evidence = Field::ALL.iter().map(|&field| {
        let level = levels[field as usize];
        let exact = if level == Level::Exact {
            a.get(field)
        } else {
            None
        };
        weights.log_ratio(field, level, exact)
    });
    let own_details = [Field::GivenName, Field::DateOfBirth];
    let two_people = own_details
        .iter()
        .all(|&field| levels[field as usize] == Level::Different);
    let penalty = if two_people {
        weights.own_details_differ
    } else {
        0.0
    };
    weights.prior_log_odds() + evidence.sum::<f64>() + penalty
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> PersonAttributes {
        PersonAttributes::new()
            .with(Field::GivenName, "Ana")
            .with(Field::Surname, "Silva")
            .with(Field::Postcode, "2119")
            .with(Field::DateOfBirth, "1990-04-01")
            .with(Field::Phone, "+61291234567")
    }

    #[test]
    fn a_slip_in_the_birthday_still_suggests_and_a_sister_on_the_same_phone_does_not() {
        let weights = Weights::default();
        let slip = ana().with(Field::DateOfBirth, "1990-04-10");
        let sister = ana()
            .with(Field::GivenName, "Maria")
            .with(Field::DateOfBirth, "1987-11-23");
        assert!(score(&ana(), &ana(), &weights) > 0.999);
        assert!(score(&ana(), &slip, &weights) > 0.99);
        assert!(score(&ana(), &sister, &weights) < 0.5);
        assert_eq!(
            score(&ana(), &sister, &weights),
            score(&sister, &ana(), &weights)
        );
        assert!(
            score(&PersonAttributes::new(), &ana(), &weights) < 0.001,
            "nothing known, nothing suggested"
        );
    }

    #[test]
    fn sharing_a_rare_surname_says_more_than_sharing_a_common_one() {
        let named = |surname| PersonAttributes::new().with(Field::Surname, surname);
        let mut population = vec![named("smith"); 500];
        population.extend([named("threepwood"), named("jones")]);
        let weights = Weights {
            frequencies: Frequencies::of(&population),
            ..Weights::default()
        };
        let sharing = |surname| log_odds(&named(surname), &named(surname), &weights);
        assert!(sharing("threepwood") > sharing("smith") + 5.0);
        assert!(sharing("never seen") >= sharing("threepwood"));
    }
}
