use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\"' onload=x & co";

#[test]
fn what_people_write_is_shown_and_never_run() {
    let who = Identity {
        name: HOSTILE.into(),
        phone: HOSTILE.into(),
        mailbox: HOSTILE.into(),
    };
    let message = Text {
        sid: "SM1".into(),
        at: 0,
        phone: HOSTILE.into(),
        from_shop: true,
        body: HOSTILE.into(),
        media: vec![
            "javascript:alert(1)".into(),
            format!("https://shop.example/{HOSTILE}"),
        ],
        reported: false,
    };
    let letter = Mail {
        at: 0,
        mailbox: HOSTILE.into(),
        from_shop: true,
        subject: HOSTILE.into(),
        text: HOSTILE.into(),
        message_id: HOSTILE.into(),
        references: Vec::new(),
        answer_to: HOSTILE.into(),
    };
    for html in [
        text(&message),
        mail(&letter, &who, true),
        failure(&who, HOSTILE),
    ] {
        assert!(
            html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{html}"
        );
        assert!(!html.contains("<script>alert"), "{html}");
        assert!(!html.contains("\"' onload"), "{html}");
        assert!(!html.contains("javascript:"), "{html}");
    }
}

#[test]
fn somebody_is_who_they_say_or_a_person_of_the_story_or_new() {
    let people = Person::all().unwrap_or_default();
    let wanted = |query: &[(&str, &str)]| {
        let value = |name| {
            query
                .iter()
                .find(|(key, _)| *key == name)
                .map_or("", |(_, value)| value)
                .to_owned()
        };
        let wanted = Wanted {
            who: value("who"),
            name: value("name"),
            phone: value("phone"),
            mailbox: value("mailbox"),
        };
        Identity::of(&wanted, &people)
    };
    assert_eq!(wanted(&[]).name, "Robin Vale");
    assert_eq!(
        wanted(&[("who", "noah_brown_6181")]).mailbox,
        "noah.brown7922@example.com"
    );
    let own = wanted(&[
        ("name", "Kim"),
        ("phone", "+12065550177"),
        ("mailbox", "Kim@Example.com"),
    ]);
    assert_eq!(own.mailbox, "kim@example.com");
    assert_eq!(
        own.link(),
        "/?name=Kim&phone=%2B12065550177&mailbox=kim%40example.com"
    );
}
