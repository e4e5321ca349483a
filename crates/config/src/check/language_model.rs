//! What is checked of the language model.

use super::warn_of_inline;
use crate::problem::Problem;
use crate::sections::LanguageModel;

pub(super) fn check_language_model(model: &LanguageModel, found: &mut Vec<Problem>) {
    if let Some((problem, remedy)) = model.base_url_problem() {
        found.push(Problem::error("language_model.base_url", problem, remedy));
    }
    if model.model.trim().is_empty() {
        found.push(Problem::error(
            "language_model.model",
            "it is empty",
            "write the model's name as its provider spells it",
        ));
    }
    warn_of_inline(&model.key, "language_model.key", found);
    if model.key.is_none() && model.base_url.is_none() {
        found.push(Problem::error(
            "language_model.key",
            "the public API needs a key",
            "set it as { env = \"NAME\" } or { file = \"path\" }, or name your own server in base_url",
        ));
    }
    check_numbers(model, found);
}

fn check_numbers(model: &LanguageModel, found: &mut Vec<Problem>) {
    let at_least_one = [
        ("first_token_timeout_ms", model.first_token_timeout_ms),
        ("timeout_ms", model.timeout_ms),
        ("max_tokens", model.max_tokens.into()),
        ("conversation_tokens", model.conversation_tokens),
    ];
    for (key, _) in at_least_one.iter().filter(|(_, value)| *value == 0) {
        let path = format!("language_model.{key}");
        found.push(Problem::error(path, "it may not be 0", "write 1 or more"));
    }
    if model.first_token_timeout_ms > model.timeout_ms {
        found.push(Problem::warning(
            "language_model.first_token_timeout_ms",
            "it is longer than the whole answer may take",
            "write less than timeout_ms",
        ));
    }
    let priced = model.input_micros_per_million > 0 || model.output_micros_per_million > 0;
    if !priced && model.base_url.is_none() {
        found.push(Problem::warning(
            "language_model.input_micros_per_million",
            "without prices, conversation_micros bounds nothing",
            "write what your provider charges for a million tokens read and written",
        ));
    }
}
