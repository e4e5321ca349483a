//! Passing for somebody else.

use crate::post::{header, text};
use crate::stage::{ANA, ANA_PHONE, MX, Stage, Visitor, code_in};
use data_encoding::BASE32_NOPAD;
use journeys::MAILBOX;
use serde_json::json;
use throughline_testkit::on_both_engines;
use uuid::Uuid;

/// Ana has written, and was answered by mail. Her conversation and the answer.
async fn ana_is_answered(stage: &mut Stage) -> (String, String) {
    stage
        .hears(
            &format!("Ana Silva <{ANA}>"),
            "Message-ID: <first@customer.example>\r\n",
            "Where is order 7?",
        )
        .await;
    let conversation = stage.entry("Where is order 7?").await["conversation"]
        .as_str()
        .unwrap()
        .to_owned();
    stage
        .answers(&conversation, "It left on Monday, to 5 Hidden Street.")
        .await;
    let answer = stage.post_office.next_mail();
    assert!(text(&answer).contains("5 Hidden Street"), "{answer}");
    (conversation, answer)
}

fn answering(mail: &str) -> String {
    let id = header(mail, "Message-ID");
    format!("In-Reply-To: {id}\r\nReferences: <first@customer.example> {id}\r\n")
}

#[test]
fn a_stranger_with_the_reference_of_a_mail_gets_a_conversation_of_their_own() {
    on_both_engines(async |engine| {
        let mut stage = Stage::open(engine).await;
        let (hers, answer) = ana_is_answered(&mut stage).await;
        let ana = stage.customer_of(&hers).await;
        let before = stage.entries(&hers).await.len();
        let reply_to = header(&answer, "Reply-To");
        let plus = reply_to.trim_matches(|c| "<> ".contains(c));
        let plus = plus.rsplit_once('<').map_or(plus, |(_, address)| address);

        // Carl was copied and answers to the very address, naming the very mail; Ana herself writes from work.
        for (from, said) in [
            ("carl@stranger.example", "Carl is curious"),
            ("ana@work.example", "Ana from work"),
        ] {
            let sent = stage.mail(from, plus, &answering(&answer), said).await;
            assert!(sent.starts_with("250"), "{sent}");
            let theirs = stage.entry(said).await["conversation"]
                .as_str()
                .unwrap()
                .to_owned();
            assert_ne!(theirs, hers);
            assert_ne!(stage.customer_of(&theirs).await, ana);
            stage.answers(&theirs, "Hello stranger").await;
            let (to, mail) = stage.post_office.next_delivery();
            assert_eq!(to, [from]);
            assert!(
                !text(&mail).contains("Hidden Street") && !mail.contains("order 7"),
                "{mail}"
            );
        }
        assert_eq!(stage.entries(&hers).await.len(), before);
        stage.is_calm().await;
    });
}

#[test]
fn a_forged_sender_learns_nothing_and_is_not_answered() {
    on_both_engines(async |engine| {
        let mut stage = Stage::open(engine).await;
        let (hers, _) = ana_is_answered(&mut stage).await;
        let (conversation, delivery) = (hers.parse::<Uuid>().unwrap(), Uuid::now_v7());
        let encode = |id: Uuid| BASE32_NOPAD.encode(id.as_bytes()).to_lowercase();
        let guessed = format!(
            "<{}.{}.{}@shop.example>",
            encode(conversation),
            encode(delivery),
            BASE32_NOPAD.encode(&[7; 16]).to_lowercase()
        );
        let before = stage.entries(&hers).await.len();

        // Her domain says that it was not her: that is somebody else, whatever the mail refers to.
        let forged = format!(
            "Authentication-Results: {MX}; dmarc=fail (p=reject) header.from=customer.example\r\nIn-Reply-To: {guessed}\r\n"
        );
        stage.hears(ANA, &forged, "Send it to 9 Thief Lane").await;
        let entry = stage.entry("Send it to 9 Thief Lane").await;
        let theirs = entry["conversation"].as_str().unwrap().to_owned();
        assert_ne!(theirs, hers);
        assert_ne!(
            stage.customer_of(&theirs).await,
            stage.customer_of(&hers).await
        );
        let path = format!("/api/v1/conversations/{theirs}/messages");
        let refused = stage
            .desk
            .post(&path, &json!({ "text": "Sure" }))
            .await
            .unwrap();
        assert_eq!(refused.status, 409, "{}", refused.json());
        assert_eq!(stage.entries(&hers).await.len(), before);

        // Where nobody can tell, people at the desk see that nothing is proven, and only Ana is answered. A guessed
        // id, and a forger's address to answer to, change nothing about that.
        let unsigned = format!("In-Reply-To: {guessed}\r\nReply-To: thief@stranger.example\r\n");
        stage.hears(ANA, &unsigned, "Where did you say?").await;
        let entry = stage.entry("Where did you say?").await;
        assert!(
            entry["body"]["evidence"]["assurance"].as_i64().unwrap_or(0) == 0,
            "{entry}"
        );
        stage
            .answers(entry["conversation"].as_str().unwrap(), "As I said")
            .await;
        let (to, mail) = stage.post_office.next_delivery();
        assert_eq!(to, [ANA]);
        assert!(!mail.contains("thief@"), "{mail}");
        stage.is_calm().await;
    });
}

async fn asks_to_go_on(thief: &mut Visitor, channel: &str, address: &str) {
    thief
        .post(
            "continue",
            &json!({ "channel": channel, "address": address }),
        )
        .await;
}

#[test]
fn nobody_says_yes_in_anothers_name() {
    on_both_engines(async |engine| {
        let mut stage = Stage::open(engine).await;
        let (hers, answer) = ana_is_answered(&mut stage).await;
        let ana = stage.customer_of(&hers).await;
        let mut thief = stage.visitor().await;
        let theirs = thief.writes("I am Ana").await;
        asks_to_go_on(&mut thief, "email", ANA).await;
        let invitation = stage.post_office.next_mail();
        let code = code_in(&text(&invitation));
        asks_to_go_on(&mut thief, "sms", ANA_PHONE).await;
        stage.taken(1).await;

        // The thief cannot read what went to her, but can write in her name: a sender is easily forged.
        assert_eq!(stage.text("SM1", ANA_PHONE, "Yes").await.status, 200);
        stage.hears(ANA, "Message-ID: <1@x>\r\n", "Yes").await;
        let guesses: Vec<String> = (0..200).map(|guess| format!("{:06}", guess * 37)).collect();
        stage
            .hears(
                ANA,
                "Message-ID: <2@x>\r\n",
                &format!("{}\r\n{code}", guesses.join("\r\n")),
            )
            .await;
        // And she, who knows of nothing, answers a mail of her own conversation.
        stage
            .hears(ANA, &answering(&answer), "Thank you, all is well")
            .await;

        for said in ["Thank you, all is well", "000037"] {
            assert_eq!(stage.entry(said).await["conversation"], hers, "{said}");
        }
        for yes in stage.all_with("Yes").await {
            assert_ne!(yes["conversation"], theirs, "{yes}");
        }
        assert_ne!(stage.customer_of(&theirs).await, ana);
        assert_eq!(stage.customer_of(&hers).await, ana);
        assert_eq!(thief.sees().await, ["I am Ana"]);

        // Whoever did get the invitation goes on by answering it.
        stage
            .hears(ANA, &answering(&invitation), "Here I go on")
            .await;
        assert_eq!(stage.entry("Here I go on").await["conversation"], theirs);
        assert_eq!(stage.customer_of(&theirs).await, ana);
        stage.is_calm().await;
    });
}

#[test]
fn a_text_messages_sender_opens_nothing() {
    on_both_engines(async |engine| {
        let mut stage = Stage::open(engine).await;
        assert_eq!(
            stage
                .text("SM1", ANA_PHONE, "My door code is 4711")
                .await
                .status,
            200
        );
        let hers = stage.entry("My door code is 4711").await["conversation"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut thief = stage.visitor().await;
        let theirs = thief.writes("Hello").await;
        thief
            .post("contact", &json!({ "name": "Ana", "email": ANA }))
            .await;
        asks_to_go_on(&mut thief, "sms", ANA_PHONE).await;
        assert!(stage.taken(1).await.text.contains("reply with"));
        assert_eq!(stage.text("SM2", ANA_PHONE, "ok").await.status, 200);
        assert_ne!(
            stage.customer_of(&theirs).await,
            stage.customer_of(&hers).await
        );
        assert_eq!(thief.sees().await, ["Hello"]);
        assert_eq!(thief.assurance().await, 0);
        // What is said in her name is answered to her phone.
        stage.answers(&hers, "Your code is noted").await;
        let answer = stage.taken(2).await;
        assert_eq!(
            (answer.to.as_str(), answer.text.as_str()),
            (ANA_PHONE, "Your code is noted")
        );
        stage.is_calm().await;
    });
}

#[test]
fn a_mail_is_for_the_mailboxes_of_the_shop_only() {
    on_both_engines(async |engine| {
        let mut stage = Stage::open(engine).await;
        let mut smtp = crate::post::Smtp::open(stage.server.smtp).await;
        for to in [
            "victim@elsewhere.example",
            "help@shop.example@elsewhere.example",
            "help%elsewhere.example@shop.example",
            "@shop.example:victim@elsewhere.example",
            "\"victim@elsewhere.example\"@shop.example",
        ] {
            assert!(
                smtp.says("MAIL FROM:<a@b.example>")
                    .await
                    .starts_with("250")
            );
            let answer = smtp.says(&format!("RCPT TO:<{to}>")).await;
            assert!(answer.starts_with('5'), "{to}: {answer}");
            smtp.says("RSET").await;
        }
        assert!(
            smtp.sends("a@b.example", MAILBOX, b"From: a@b.example\r\n\r\nHi")
                .await
                .starts_with("250")
        );
        assert_eq!(stage.conversations().await.len(), 1);
        stage.is_calm().await;
    });
}
