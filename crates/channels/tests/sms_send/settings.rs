//! What an account's settings allow.

use super::*;

#[test]
fn a_configuration_that_cannot_work_is_refused_at_the_start() {
    let broken = |change: &dyn Fn(&mut SmsConfig)| {
        let mut config = config("https://api.twilio.com/");
        change(&mut config);
        config.check().unwrap_err()
    };
    assert!(matches!(
        broken(&|c| c.account_sid = "../x".into()),
        BadSmsConfig::AccountSid(_)
    ));
    assert_eq!(broken(&|c| c.auth_tokens.clear()), BadSmsConfig::NoToken);
    assert_eq!(
        broken(&|c| c.auth_tokens = vec![Secret::new("")]),
        BadSmsConfig::EmptyToken
    );
    assert_eq!(broken(&|c| c.from = None), BadSmsConfig::NoSender);
    assert_eq!(broken(&|c| c.timeout_ms = 0), BadSmsConfig::NoTime);
    assert!(matches!(
        broken(&|c| c.api_base = "http://api.twilio.com".parse().unwrap()),
        BadSmsConfig::InsecureBase(_)
    ));
    assert!(matches!(
        broken(&|c| c.api_base = "mailto:a@b".parse().unwrap()),
        BadSmsConfig::BadBase(_)
    ));
    assert!(matches!(
        broken(&|c| c.status_callback_base = Some("ftp://a".parse().unwrap())),
        BadSmsConfig::BadCallback(_)
    ));
}

#[test]
fn the_token_is_given_to_the_providers_own_media_only() {
    let config = config("https://api.twilio.com/");
    let own = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
        .parse()
        .unwrap();
    assert_eq!(config.media_credentials(&own), Some((ACCOUNT, "s3cret")));
    for foreign in [
        "https://api.twilio.com.evil.example/x",
        "http://api.twilio.com/x",
        "https://evil.example/",
    ] {
        assert_eq!(
            config.media_credentials(&foreign.parse().unwrap()),
            None,
            "{foreign}"
        );
    }
}
