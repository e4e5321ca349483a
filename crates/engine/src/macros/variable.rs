//! The variables of macros: checked when a macro is kept, filled in where it is inserted.

use crate::error::{Error, Result};

/// What a macro can ask for. `fact.` and `field.` take the name of any fact or field of the case.
pub const VARIABLES: &[&str] = &[
    "customer.name",
    "customer.first_name",
    "customer.email",
    "customer.phone",
    "agent.name",
    "agent.first_name",
    "conversation.subject",
    "conversation.brand",
    "fact.…",
    "field.…",
];

/// Whether everything between double braces is a variable.
pub(super) fn check(text: &str) -> Result<()> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, left)) = after.split_once("}}") else {
            return Err(Error::invalid("text", "a variable ends with '}}'"));
        };
        let name = inside.split('|').next().unwrap_or_default().trim();
        if !is_known(name) {
            return Err(Error::invalid(
                "text",
                format!(
                    "there is no variable '{name}'; use one of {}",
                    VARIABLES.join(", ")
                ),
            ));
        }
        rest = left;
    }
    Ok(())
}

fn is_known(name: &str) -> bool {
    let of_the_case = ["fact.", "field."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix));
    match of_the_case {
        Some(own) => {
            !own.is_empty()
                && own
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        }
        None => VARIABLES.contains(&name),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn known_variables_pass_with_and_without_what_to_say_instead() {
        check(
            "Hello {{customer.first_name | there}}, {{ agent.name }} here: {{fact.order_number}}",
        )
        .unwrap();
        check("No variable { at } all").unwrap();
    }

    #[test]
    fn unknown_and_unfinished_ones_are_refused() {
        for bad in [
            "{{customer}}",
            "{{fact.}}",
            "{{customer.name",
            "{{fact.…}}",
            "{{}}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
