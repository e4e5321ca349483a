//! What is known of a phone number before anybody calls it.

use phonenumber::{Type, metadata::DATABASE};

/// A phone number in international form.
#[derive(Clone, Debug)]
pub struct Number(phonenumber::PhoneNumber);

impl Number {
    /// The number behind `e164`, such as `+493012345678`; nothing when it is none.
    pub fn of(e164: &str) -> Option<Self> {
        phonenumber::parse(None, e164).ok().map(Self)
    }

    /// Whether calling it costs, or does, something else than an ordinary call: premium rates, shared costs, personal
    /// numbers, pagers and the like. Those are what strangers ask to be called on to earn by it.
    pub fn is_costly(&self) -> bool {
        matches!(
            self.0.number_type(&DATABASE),
            Type::PremiumRate
                | Type::SharedCost
                | Type::PersonalNumber
                | Type::Pager
                | Type::Uan
                | Type::Emergency
                | Type::Voicemail
                | Type::ShortCode
        )
    }

    /// The country it is of, in two letters as in ISO 3166, such as `DE`; nothing for those of none, such as satellites.
    pub fn country(&self) -> Option<String> {
        self.0.country().id().map(|id| id.as_ref().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn strangers_are_not_called_where_it_costs() {
        for (number, costly, country) in [
            ("+4930123456", false, Some("DE")),
            ("+4915112345678", false, Some("DE")),
            ("+499003123456", true, Some("DE")),
            ("+447011234567", true, Some("GB")),
            ("+19002345678", true, Some("US")),
            ("+12015550123", false, Some("US")),
        ] {
            let found = Number::of(number).expect("a number");
            assert_eq!(found.is_costly(), costly, "{number}");
            assert_eq!(found.country().as_deref(), country, "{number}");
        }
    }
}
