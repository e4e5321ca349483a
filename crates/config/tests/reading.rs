//! What an operator writes, and what comes of it.
#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]

use std::path::PathBuf;
use throughline_config::{
    Config, ConfigErrors, Database, FileStore, LanguageModel, Severity, Wire, parse, problems,
};
use throughline_model::channel::Channel;

fn read_with(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let env = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    parse(text, env)
}

fn read(text: &str) -> Result<Config, ConfigErrors> {
    read_with(text, &[])
}

/// The mistakes of `text`, one line each.
fn mistakes(text: &str) -> Vec<String> {
    let errors = read(text).unwrap_err();
    errors.problems().iter().map(ToString::to_string).collect()
}

const SHOP: &str = r#"
    [[endpoint]]
    name = "shop-chat"
    channel = "webchat"
    address = "www.shop.example"
    [endpoint.webchat]
    offline_email_endpoint = "shop-mail"

    [[endpoint]]
    name = "shop-mail"
    channel = "email"
    address = "help@shop.example"
    [endpoint.email.imap]
    host = "imap.shop.example"
    user = "help@shop.example"
    password = { env = "IMAP_PASSWORD" }

    [[endpoint]]
    name = "shop-sms"
    channel = "sms"
    address = "+493012345678"
    [endpoint.sms]
    account_sid = "AC1"
    auth_tokens = [{ env = "TOKEN_NEW" }, { env = "TOKEN_OLD" }]
"#;

const SHOP_SECRETS: &[(&str, &str)] = &[
    ("IMAP_PASSWORD", "open sesame"),
    ("TOKEN_NEW", "new token"),
    ("TOKEN_OLD", "old token"),
];

#[test]
fn an_empty_file_is_an_installation_on_this_machine() {
    let config = read("").unwrap();
    assert_eq!(config.server.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.public_base(), "http://127.0.0.1:8080/");
    assert_eq!(
        config.database(),
        Database::Sqlite(PathBuf::from("data/throughline.db"))
    );
    let FileStore::Local(files) = config.file_store() else {
        panic!("attachments are kept on this machine")
    };
    assert_eq!(files, PathBuf::from("data/files"));
    assert_eq!(config.conversation.reopen_window_hours, 168);
    assert!(config.endpoints.is_empty());
    assert_eq!(problems(&config), vec![]);
}

#[test]
fn the_default_in_code_is_the_default_of_an_empty_file() {
    let read = read("").unwrap();
    assert_eq!(format!("{:?}", Config::default()), format!("{read:?}"));
}

#[test]
fn a_shop_with_three_endpoints_is_read() {
    let config = read_with(SHOP, SHOP_SECRETS).unwrap();
    let channels: Vec<Channel> = config
        .endpoints
        .iter()
        .map(|endpoint| endpoint.channel)
        .collect();
    assert_eq!(channels, [Channel::Webchat, Channel::Email, Channel::Sms]);
    let sms = config.endpoints[2].sms.as_ref().unwrap();
    let tokens: Vec<&str> = sms.auth_tokens.iter().map(|token| token.expose()).collect();
    assert_eq!(tokens, ["new token", "old token"]);
    assert_eq!(sms.api_base(), "https://api.twilio.com/");
    let imap = config.endpoints[1]
        .email
        .as_ref()
        .unwrap()
        .imap
        .as_ref()
        .unwrap();
    assert_eq!((imap.port, imap.folder.as_str()), (993, "INBOX"));
}

#[test]
fn secrets_are_never_shown() {
    let config = read_with(SHOP, SHOP_SECRETS).unwrap();
    let shown = format!("{config:?} {config:#?}");
    for (name, value) in SHOP_SECRETS {
        assert!(!shown.contains(value), "{name} is shown");
    }
    let config = read(r#"storage.url = "postgres://shop:hunter2@db.example/shop""#).unwrap();
    assert!(!format!("{config:?} {}", config.storage.url).contains("hunter2"));
}

#[test]
fn a_secret_written_as_plain_text_is_refused_without_being_repeated() {
    let found = mistakes(r#"security.secret_key = "hunter2""#);
    assert_eq!(
        found,
        [
            "security.secret_key: a secret may not stand here as plain text; \
          write { env = \"NAME\" } or { file = \"path\" }"
        ]
    );
}

#[test]
fn a_secret_comes_from_a_file_without_its_last_newline() {
    let file = std::env::temp_dir().join(format!("throughline-secret-{}", std::process::id()));
    std::fs::write(&file, "a key of more than thirty-two characters\n").unwrap();
    let text = format!("security.secret_key = {{ file = {:?} }}", file);
    let config = read(&text).unwrap();
    std::fs::remove_file(&file).unwrap();
    let key = config.security.secret_key.unwrap();
    assert_eq!(key.expose(), "a key of more than thirty-two characters");
    assert_eq!(
        mistakes(&text).len(),
        1,
        "the file is gone, and that is said"
    );
}

#[test]
fn a_missing_secret_is_named() {
    let found = mistakes(r#"metrics.token = { env = "METRICS_TOKEN" }"#);
    assert_eq!(
        found,
        [
            "metrics.token: the environment variable METRICS_TOKEN is not set; \
          set it in the environment of the program"
        ]
    );
}

#[test]
fn a_demonstration_may_carry_its_secret_but_doctor_says_so() {
    let config = read(r#"metrics.token = { insecure_value = "demo" }"#).unwrap();
    let found = problems(&config);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].path, "metrics.token");
}

#[test]
fn a_misspelt_key_is_answered_with_the_nearest_one() {
    let found = mistakes("[server]\nbimd = \"127.0.0.1:1\"");
    assert_eq!(
        found,
        ["server.bimd: this key is not known; did you mean 'bind'?"]
    );
}

#[test]
fn a_key_in_the_wrong_section_is_sent_to_the_right_one() {
    let found = mistakes("[server]\ndata_dir = \"/srv\"");
    assert_eq!(
        found,
        ["server.data_dir: this key is not known; it belongs in [storage]"]
    );
}

#[test]
fn every_mistake_is_given_at_once() {
    let found = mistakes(
        r#"
        [server]
        bind = "here"
        request_timeout_ms = "soon"
        trusted_proxies = ["10.0.0.0/8", "ten", "10.0.0.0/40"]
        [storage]
        url = "mysql://db/shop"
        [[endpoint]]
        name = "shop-sms"
        channel = "pigeon"
        [endpoint.sms]
        provider = "twilio"
        "#,
    );
    let paths: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "server.bind",
            "server.trusted_proxies[1]",
            "server.trusted_proxies[2]",
            "server.request_timeout_ms",
            "storage.url",
            "endpoint[shop-sms].channel",
            "endpoint[shop-sms].address",
            "endpoint[shop-sms].sms.account_sid",
            "endpoint[shop-sms].sms.auth_tokens",
        ]
    );
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_place() {
    let found = mistakes("[server\nbind = 1");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("line 1"), "{found:?}");
}

#[test]
fn the_environment_overrides_the_file_and_the_defaults() {
    let config = read_with(
        "[server]\nbind = \"127.0.0.1:1\"",
        &[
            ("THROUGHLINE__SERVER__BIND", "0.0.0.0:80"),
            (
                "THROUGHLINE__SERVER__TRUSTED_PROXIES",
                "10.0.0.0/8, fd00::/8",
            ),
            ("THROUGHLINE__LIMITS__CODES_PER_HOUR", "9"),
            ("THROUGHLINE__EMAIL__LISTENER__ENABLED", "true"),
            (
                "THROUGHLINE__SECURITY__SECRET_KEY",
                "0123456789abcdef0123456789abcdef",
            ),
            ("THROUGHLINE_TEST_POSTGRES", "not ours to read"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.bind.to_string(), "0.0.0.0:80");
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert!(config.server.trusts("10.2.3.4".parse().unwrap()));
    assert!(!config.server.trusts("192.0.2.1".parse().unwrap()));
    assert_eq!(config.limits.codes_per_hour, 9);
    assert!(config.email.listener.enabled);
    let key = config.security.secret_key.unwrap();
    assert_eq!(key.expose(), "0123456789abcdef0123456789abcdef");
}

#[test]
fn the_environment_reaches_an_endpoint_by_its_name() {
    let mut env = SHOP_SECRETS.to_vec();
    env.push((
        "THROUGHLINE__ENDPOINT__SHOP_SMS__SMS__API_BASE",
        "http://127.0.0.1:4010/",
    ));
    let config = read_with(SHOP, &env).unwrap();
    let sms = config.endpoints[2].sms.as_ref().unwrap();
    assert_eq!(sms.api_base(), "http://127.0.0.1:4010/");
}

#[test]
fn a_wrong_variable_is_named_in_the_mistake() {
    let errors = read_with(
        "",
        &[
            ("THROUGHLINE__ENDPOINT__NOWHERE__BRAND", "x"),
            ("THROUGHLINE__SERVER__BIND", "here"),
            ("THROUGHLINE__SERVER__PORT", "80"),
        ],
    )
    .unwrap_err();
    let shown = errors.to_string();
    for name in ["ENDPOINT__NOWHERE__BRAND", "SERVER__BIND", "SERVER__PORT"] {
        assert!(shown.contains(&format!("THROUGHLINE__{name}")), "{shown}");
    }
}

#[test]
fn numbers_that_break_a_promise_are_refused() {
    let found = mistakes("retention.dedupe_days = 7\nstorage.sqlite_readers = 0");
    assert!(found[0].starts_with("storage.sqlite_readers: it may not be 0"));
    assert!(found[1].starts_with("retention.dedupe_days: 7 days is shorter"));
}

#[test]
fn endpoints_are_checked_against_each_other() {
    let twice = SHOP.replace("shop-sms", "shop-mail");
    let errors = read_with(&twice, SHOP_SECRETS).unwrap_err();
    assert!(errors.to_string().contains("two endpoints have this name"));

    let nowhere = SHOP.replace(
        "offline_email_endpoint = \"shop-mail\"",
        "offline_email_endpoint = \"shop-sms\"",
    );
    let errors = read_with(&nowhere, SHOP_SECRETS).unwrap_err();
    assert!(
        errors
            .to_string()
            .contains("there is no email endpoint named 'shop-sms'")
    );

    let local = SHOP.replace("+493012345678", "030 12345678");
    let errors = read_with(&local, SHOP_SECRETS).unwrap_err();
    assert!(errors.to_string().contains("international form"));
}

#[test]
fn a_password_for_postgres_may_stand_apart() {
    let config = read_with(
        r#"
        [storage]
        url = "postgres://shop@db.example/shop"
        postgres_password = { env = "PGPASS" }
        "#,
        &[("PGPASS", "p@ss/word")],
    )
    .unwrap();
    let Database::Postgres(url) = config.database() else {
        panic!("this is PostgreSQL")
    };
    assert_eq!(
        url.expose(),
        "postgres://shop:p%40ss%2Fword@db.example/shop"
    );
}

#[test]
fn a_language_model_needs_only_its_contract_and_its_name() {
    let text = "[language_model]\nwire = \"openai\"\nmodel = \"small\"\nbase_url = \"http://127.0.0.1:11434/v1\"";
    let read = parse(text, std::iter::empty())
        .unwrap()
        .language_model
        .unwrap();
    let mut new = LanguageModel::new(Wire::Openai, "small");
    new.base_url = read.base_url.clone();
    assert_eq!(format!("{read:?}"), format!("{new:?}"));
}

#[test]
fn words_of_customers_go_nowhere_unencrypted_unless_it_was_allowed() {
    let at = |url: &str, more: &str| {
        let text = format!(
            "[language_model]\nwire = \"openai\"\nmodel = \"m\"\nbase_url = \"{url}\"\n{more}"
        );
        parse(&text, std::iter::empty()).is_ok()
    };
    assert!(at("https://llm.example.com/v1", ""));
    assert!(at("http://127.0.0.1:8080/v1", ""));
    assert!(at("http://[::1]:8080/v1", ""));
    assert!(at("http://localhost:8080/v1", ""));
    assert!(!at("http://llm.example.com/v1", ""));
    assert!(at("http://llm.internal/v1", "allow_plain_http = true"));
    assert!(!at("http://localhost.example.com/v1", ""));
    assert!(!at("https://user:password@llm.example.com/v1", ""));
    assert!(!at("ftp://127.0.0.1/", "allow_plain_http = true"));
}
