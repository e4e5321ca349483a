//! `[language_model]`

use crate::secret::Secret;
use crate::section::record;
use crate::setting::setting_words;
use url::{Host, Url};

record! {
    /// A language model that helps the AI agent understand and phrase. Without this table it works
    /// from its own classifier and the texts of the procedures. With it, what customers write in a
    /// conversation with the AI agent is sent to `base_url`.
    pub struct LanguageModel {
        /// The contract it speaks: "openai" for the chat completions of OpenAI and of everyone
        /// compatible, servers on your own machine too; "anthropic" for Anthropic's messages.
        pub wire: Wire = required("openai"),
        /// Where it is. Without it, the public API of the contract's author.
        pub base_url: Option<Url> = example("http://127.0.0.1:11434/v1"),
        /// The model's name.
        pub model: String = required("gpt-5-mini"),
        /// The key of your account; a server of your own may need none.
        pub key: Option<Secret> = example({ env = "LANGUAGE_MODEL_KEY" }),
        /// Send words and key unencrypted to a server that is not this machine.
        pub allow_plain_http: bool = default(false),
        /// How answers in a fixed form are had: "schema" has the provider enforce a JSON schema,
        /// "text" only asks for JSON, for servers that know no schemas.
        pub structured: Structured = default(Structured::Schema),
        /// Whether to ask for choosing the likeliest words; some models refuse to be
        /// asked, and Anthropic's contract has no word for it.
        pub send_temperature: bool = default(true),
        /// Whether it also rewrites answers in the customer's language and tone, or only reads.
        pub phrase: bool = default(true),
        /// How long to wait for the first word of an answer, in milliseconds.
        pub first_token_timeout_ms: u64 = default(8_000),
        /// How long a whole answer may take, tries and waits included, in milliseconds.
        pub timeout_ms: u64 = default(20_000),
        /// How often a call that failed before its first word is repeated.
        pub retries: u32 = default(2),
        /// The most tokens of one answer.
        pub max_tokens: u32 = default(1_000),
        /// The most tokens for one conversation; beyond, the agent goes on without the model.
        pub conversation_tokens: u64 = default(200_000),
        /// The most money for one conversation, in millionths of your currency; 0 sets no bound.
        pub conversation_micros: u64 = default(500_000),
        /// What a million tokens read cost, in millionths of your currency.
        pub input_micros_per_million: u64 = default(0),
        /// What a million tokens written cost, in millionths of your currency.
        pub output_micros_per_million: u64 = default(0),
    }
}

setting_words! {
    /// The contract a language model speaks.
    pub enum Wire {
        /// OpenAI's chat completions.
        Openai = "openai",
        /// Anthropic's messages.
        Anthropic = "anthropic",
    }
}

setting_words! {
    /// How answers in a fixed form are had.
    pub enum Structured {
        /// The provider enforces a schema.
        Schema = "schema",
        /// The model is asked for JSON.
        Text = "text",
    }
}

impl LanguageModel {
    /// What stands in the table of an operator who wrote only the required keys.
    pub fn new(wire: Wire, model: impl Into<String>) -> Self {
        Self {
            wire,
            base_url: None,
            model: model.into(),
            key: None,
            allow_plain_http: false,
            structured: Structured::Schema,
            send_temperature: true,
            phrase: true,
            first_token_timeout_ms: 8_000,
            timeout_ms: 20_000,
            retries: 2,
            max_tokens: 1_000,
            conversation_tokens: 200_000,
            conversation_micros: 500_000,
            input_micros_per_million: 0,
            output_micros_per_million: 0,
        }
    }

    /// `base_url`, or the public API of the contract's author.
    pub fn base_url(&self) -> &str {
        self.base_url.as_ref().map_or(
            match self.wire {
                Wire::Openai => "https://api.openai.com/v1",
                Wire::Anthropic => "https://api.anthropic.com",
            },
            Url::as_str,
        )
    }

    /// What is wrong with `base_url`, and what to do about it.
    pub fn base_url_problem(&self) -> Option<(&'static str, &'static str)> {
        let url = self.base_url.as_ref()?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Some((
                "this is not an http or https address",
                "write it like \"https://llm.example.com/v1\"",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Some((
                "there is a user or password in the address",
                "move it to `key`, as { env = \"NAME\" } or { file = \"path\" }",
            ));
        }
        (url.scheme() == "http" && !self.allow_plain_http && !is_this_machine(url)).then_some((
            "customers' words and the key would go over the network unencrypted",
            "write https, or allow_plain_http = true for a network you trust",
        ))
    }
}

/// Whether the address cannot leave this machine. A name is only believed when it is `localhost` itself.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
