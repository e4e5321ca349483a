//! Our requests against the provider's own API document.

use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

struct Links;

#[async_trait::async_trait]
impl MediaLinks for Links {
    async fn link(&self, message: &Outbound, file: &File) -> Result<Url, String> {
        Ok(format!(
            "https://shop.example/files/{}/{}",
            message.client_message_id, file.name
        )
        .parse()
        .unwrap())
    }
}

fn with_files(names: &[&str]) -> Outbound {
    let file = |name: &&str| File {
        name: (*name).to_owned(),
        media_type: "image/png".to_owned(),
        content_id: None,
        body: Bytes::from_static(b"png"),
    };
    Outbound {
        files: names.iter().map(file).collect(),
        ..message("Your label")
    }
}

/// Prism, answering by the provider's own OpenAPI document and refusing whatever breaks it.
struct Prism {
    child: Child,
    base: String,
}

impl Prism {
    fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let program =
            counterpart::folder().join("../node_modules/@stoplight/prism-cli/dist/index.js");
        assert!(
            program.exists(),
            "Prism is missing; {}",
            counterpart::INSTALL
        );
        let mut child = Command::new("node")
            .arg(program)
            .args([
                "mock",
                "--host",
                "127.0.0.1",
                "--errors",
                "--port",
                &port.to_string(),
            ])
            .arg(counterpart::folder().join("twilio_messages.json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("node: {error}; {}", counterpart::INSTALL));
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let ready = lines.any(|line| line.contains("is listening"));
        assert!(ready, "Prism did not start; {}", counterpart::INSTALL);
        // It goes on talking, and ends when nobody listens.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn our_requests_keep_to_the_providers_own_api_document() {
    let prism = Prism::start();
    let accepted = |outcome: SendOutcome| {
        assert!(
            matches!(&outcome, SendOutcome::Sent { provider_id, .. } if provider_id.starts_with("SM")),
            "{outcome:?}"
        )
    };

    accepted(
        adapter(config(&prism.base))
            .send(&message("Grüße & 👍\n+ mehr"))
            .await,
    );

    let service = SmsConfig {
        messaging_service_sid: Some("MG0123456789abcdef0123456789abcdef".into()),
        ..config(&prism.base)
    };
    accepted(adapter(service).send(&message("Hello")).await);

    let key = ApiKey {
        sid: "SK0123456789abcdef0123456789abcdef".into(),
        secret: Secret::new("k"),
    };
    accepted(
        adapter(SmsConfig {
            api_key: Some(key),
            ..config(&prism.base)
        })
        .send(&message("Hello"))
        .await,
    );

    let media = adapter(config(&prism.base)).with_media(Arc::new(Links));
    accepted(media.send(&with_files(&["one.png", "two.png"])).await);
    let many = ["x.png"; 11];
    assert!(
        matches!(media.send(&with_files(&many)).await, SendOutcome::Permanent { code, .. } if code == "too_many_files")
    );

    // The document's own example list holds nothing of ours, and reading it breaks no rule.
    assert_eq!(
        adapter(config(&prism.base))
            .reconcile(&message("Not in the example"))
            .await,
        Reconciled::NotFound
    );

    // It does refuse what breaks the document.
    let wrong = SmsConfig {
        messaging_service_sid: Some("MG-too-short".into()),
        ..config(&prism.base)
    };
    let refused = adapter(wrong).send(&message("Hello")).await;
    assert!(
        matches!(&refused, SendOutcome::Permanent { code, .. } if code == "http_422"),
        "{refused:?}"
    );
}
