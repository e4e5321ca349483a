//! What holds until somebody publishes a policy: nothing is done for a customer, and messages keep to the law.

use crate::delivery::DeliveryPolicy;
use crate::policy::Policy;
use crate::source::{Problem, SourceFile, Sources};

macro_rules! file {
    ($folder:literal, $name:literal) => {
        SourceFile::new(
            $name,
            include_str!(concat!("../built-in/", $folder, "/", $name)),
        )
    };
}

/// The files of the business policy that permits nothing but bringing in a person.
pub fn business_sources() -> Sources {
    Sources {
        schema: file!("business", "policy.cedarschema"),
        rules: vec![file!("business", "policy.cedar")],
        document: file!("business", "policy.md"),
    }
}

/// The files of the delivery policy: opt-outs, consent to advertising, quiet hours, windows of the networks.
pub fn delivery_sources() -> Sources {
    Sources {
        schema: file!("delivery", "delivery.cedarschema"),
        rules: vec![file!("delivery", "delivery.cedar")],
        document: file!("delivery", "delivery.md"),
    }
}

/// The business policy that permits nothing but bringing in a person.
///
/// # Errors
/// Never but for a mistake in its files, which a test would find.
pub fn business() -> Result<Policy, Vec<Problem>> {
    Policy::compile(&business_sources())
}

/// The delivery policy.
///
/// # Errors
/// Never but for a mistake in its files, which a test would find.
pub fn delivery() -> Result<DeliveryPolicy, Vec<Problem>> {
    DeliveryPolicy::compile(&delivery_sources())
}
