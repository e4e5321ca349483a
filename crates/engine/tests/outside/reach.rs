//! The way to the outside leads nowhere else.

use crate::receiver::{Answer, Receiver, reply};
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use throughline_engine::fetch::{
    Bounds, Credential, FetchError, Outside, Reach, Refused, Resolver,
};

const BOUNDS: Bounds = Bounds {
    timeout_ms: 10_000,
    max_bytes: 1_000_000,
};

/// Answers from a list, name by name; the last answer stays.
#[derive(Default)]
struct Names {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Names {
    fn know(&self, name: &str, answers: &[&[&str]]) {
        let mut answers: Vec<Vec<IpAddr>> = answers
            .iter()
            .map(|one| one.iter().map(|address| address.parse().unwrap()).collect())
            .collect();
        answers.reverse();
        self.answers
            .lock()
            .unwrap()
            .insert(name.to_owned(), answers);
    }
}

#[async_trait::async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let left = answers
            .get_mut(host)
            .ok_or_else(|| io::Error::other("no such name"))?;
        match left.len() {
            1 => Ok(left[0].clone()),
            _ => Ok(left.pop().unwrap()),
        }
    }
}

fn outside(names: &Arc<Names>, vouched: &[&str]) -> Outside {
    let reach = Reach {
        allow_private: false,
        vouched_hosts: vouched.iter().map(|host| (*host).to_owned()).collect(),
    };
    Outside::with_resolver(reach, Arc::clone(names) as Arc<dyn Resolver>).unwrap()
}

fn is_refused<T: std::fmt::Debug>(answer: &Result<T, FetchError>) -> bool {
    matches!(answer, Err(FetchError::Refused(_)))
}

/// Ways to write a place of ours, or no place at all.
const INNER: &[&str] = &[
    "https://127.0.0.1/",
    "https://127.0.0.1:8443/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.255.255.254/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://0177.0.0.01/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://127.0.0.1%2e/",
    "https://%31%32%37.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://12\t7.0.0.1/",
    "https:\\\\127.0.0.1\\",
    "https:127.0.0.1",
    "https:///127.0.0.1/",
    "  https://127.0.0.1/",
    "HTTPS://127.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://2852039166/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.8/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://192.168.1.1/",
    "https://198.18.0.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::FFFF:8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::169.254.169.254]/",
    "https://[64:ff9b:1::10.0.0.1]/",
    "https://[100::1]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[3fff::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://api.localhost/",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
    "https://intranet/",
    "https://127.0.0.1@hooks.example/",
    "https://hooks.example:secret@127.0.0.1/",
    "https://hooks.example@hooks.example/",
    "http://hooks.example/",
    "ftp://hooks.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "//hooks.example/",
    "hooks.example",
    "https://",
    "https://?",
    "https://256.1.1.1/",
    "https://1.2.3.4.5/",
    "",
];

/// Names that look like names, and lead inside.
const INNER_ADDRESSES: &[&str] = &[
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "100.100.100.200",
    "169.254.169.254",
    "192.168.0.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
];

#[tokio::test]
async fn no_spelling_of_an_inner_place_is_taken_for_an_outer_one() {
    let names = Arc::new(Names::default());
    names.know("hooks.example", &[&["93.184.216.34"]]);
    let outside = outside(&names, &[]);
    for url in INNER {
        let answer = outside.check(url).await;
        assert!(is_refused(&answer), "{url}: {answer:?}");
        let answer = outside.get(url, None, BOUNDS).await;
        assert!(is_refused(&answer), "{url}: {answer:?}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_even_when_it_leads_outside_too() {
    let names = Arc::new(Names::default());
    let outside = outside(&names, &[]);
    for address in INNER_ADDRESSES {
        names.know("hooks.example", &[&[address]]);
        assert!(
            is_refused(&outside.check("https://hooks.example/").await),
            "{address}"
        );
        names.know("hooks.example", &[&["93.184.216.34", address]]);
        let answer = outside.get("https://hooks.example/", None, BOUNDS).await;
        assert!(is_refused(&answer), "{address}: {answer:?}");
    }
    names.know("hooks.example", &[&[]]);
    let nowhere = outside.check("https://hooks.example/").await;
    assert!(matches!(nowhere, Err(FetchError::Broken(_))), "{nowhere:?}");
}

#[tokio::test]
async fn public_places_are_open() {
    let names = Arc::new(Names::default());
    names.know(
        "hooks.example",
        &[&["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]],
    );
    names.know("xn--bcher-kva.example", &[&["1.1.1.1"]]);
    let outside = outside(&names, &[]);
    for url in [
        "https://hooks.example/in?x=1",
        "https://HOOKS.example:8443/",
        "https://bücher.example/",
        "https://1.1.1.1/",
        "https://100.63.255.255/",
        "https://100.128.0.0/",
        "https://172.15.0.1/",
        "https://172.32.0.1/",
        "https://192.169.0.1/",
        "https://223.255.255.255/",
        "https://[2606:4700:4700::1111]/",
        "https://[2001:4860:4860::8888]/",
    ] {
        assert!(outside.check(url).await.is_ok(), "{url}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer_after_the_check_reaches_nothing_inside() {
    let inside = Receiver::start().await;
    let names = Arc::new(Names::default());
    let outside = outside(&names, &[]);
    let url = format!("https://rebind.example:{}/", inside.address.port());
    names.know("rebind.example", &[&["93.184.216.34"], &["127.0.0.1"]]);
    assert!(outside.check(&url).await.is_ok());
    let posted = outside
        .post(&url, Default::default(), "{}".into(), BOUNDS)
        .await;
    assert!(is_refused(&posted), "{posted:?}");
    assert_eq!(inside.count(), 0);
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_judged() {
    let first = Receiver::start().await;
    let port = first.address.port();
    let second = Receiver::start_at(&format!("127.0.0.2:{port}")).await;
    let names = Arc::new(Names::default());
    names.know("inside.example", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let outside = outside(&names, &["inside.example"]);
    let url = format!("http://inside.example:{port}/");
    outside.get(&url, None, BOUNDS).await.unwrap();
    assert_eq!((first.count(), second.count()), (1, 0));
    assert_eq!(
        names.asked.load(Ordering::SeqCst),
        1,
        "judged once, used once"
    );
}

#[tokio::test]
async fn a_redirect_leads_no_further_inside_than_a_url_would() {
    let media = Receiver::start().await;
    let port = media.address.port();
    let names = Arc::new(Names::default());
    names.know("media.example", &[&["127.0.0.1"]]);
    names.know("inside.example", &[&["127.0.0.1"]]);
    let outside = outside(&names, &["media.example"]);
    let start = format!("http://media.example:{port}/file");
    for location in [
        format!("http://127.0.0.1:{port}/secret"),
        format!("https://127.0.0.1:{port}/secret"),
        format!("https://[::ffff:127.0.0.1]:{port}/secret"),
        format!("https://inside.example:{port}/secret"),
        format!("http://inside.example:{port}/secret"),
        "file:///etc/passwd".to_owned(),
        format!("//inside.example:{port}/secret"),
    ] {
        media.will(reply(302, &[("location", &location)], ""));
        let answer = outside.get(&start, None, BOUNDS).await;
        assert!(is_refused(&answer), "{location}: {answer:?}");
    }
    assert!(media.seen().iter().all(|seen| seen.path == "/file"));
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_fourth() {
    let media = Receiver::start().await;
    let outside = Outside::new(Reach {
        allow_private: true,
        vouched_hosts: Vec::new(),
    })
    .unwrap();
    for status in [301, 302, 307] {
        media.will(reply(status, &[("location", "/next")], ""));
    }
    media.will(reply(200, &[], "here"));
    let answer = outside.get(&media.url("/"), None, BOUNDS).await.unwrap();
    assert_eq!(answer.body, "here");
    for _ in 0..4 {
        media.will(reply(308, &[("location", "/next")], ""));
    }
    let answer = outside.get(&media.url("/"), None, BOUNDS).await;
    assert!(matches!(answer, Err(FetchError::Broken(_))), "{answer:?}");
    assert_eq!(media.count(), 8);
}

#[tokio::test]
async fn credentials_stay_with_the_host_they_are_for() {
    let (api, storage) = (Receiver::start().await, Receiver::start().await);
    let outside = Outside::new(Reach {
        allow_private: true,
        vouched_hosts: Vec::new(),
    })
    .unwrap();
    let credential = Credential {
        place: api.url("/").parse().unwrap(),
        user: "AC1".to_owned(),
        password: "token".to_owned(),
    };
    let elsewhere = storage.url("/signed");
    api.will(reply(307, &[("location", &elsewhere)], ""));
    outside
        .get(&api.url("/Media/ME1"), Some(&credential), BOUNDS)
        .await
        .unwrap();
    assert_eq!(
        api.seen()[0].header("authorization"),
        Some("Basic QUMxOnRva2Vu")
    );
    assert_eq!(storage.count(), 1);
    assert_eq!(storage.seen()[0].header("authorization"), None);
    assert_eq!(storage.seen()[0].header("referer"), None);
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit_and_waited_for_up_to_its_time() {
    let media = Receiver::start().await;
    let outside = Outside::new(Reach {
        allow_private: true,
        vouched_hosts: Vec::new(),
    })
    .unwrap();
    let bounds = Bounds {
        timeout_ms: 10_000,
        max_bytes: 1000,
    };
    // A body that says how long it is, one that does not, and one that never ends.
    let chunk = || Ok::<_, io::Error>(axum::body::Bytes::from_static(&[7; 600]));
    let two = futures::stream::iter([chunk(), chunk()]);
    let endless = futures::stream::repeat_with(chunk);
    media.will(reply(200, &[], vec![0; 1001]));
    media.will(reply(200, &[], axum::body::Body::from_stream(two)));
    media.will(reply(200, &[], axum::body::Body::from_stream(endless)));
    for _ in 0..3 {
        let answer = outside.get(&media.url("/"), None, bounds).await;
        assert_eq!(answer.err(), Some(FetchError::TooLarge { limit: 1000 }));
    }
    media.will(reply(200, &[], vec![0; 1000]));
    let whole = outside.get(&media.url("/"), None, bounds).await.unwrap();
    assert_eq!(whole.body.len(), 1000);
    // For a post only the beginning matters.
    media.will(reply(200, &[], vec![0; 5000]));
    let posted = outside
        .post(&media.url("/"), Default::default(), "{}".into(), bounds)
        .await
        .unwrap();
    assert_eq!(posted.body.len(), 1000);
    media.will(Answer::Never);
    let hasty = Bounds {
        timeout_ms: 50,
        ..bounds
    };
    let answer = outside.get(&media.url("/"), None, hasty).await;
    assert_eq!(answer.err(), Some(FetchError::TooSlow { timeout_ms: 50 }));
}

#[tokio::test]
async fn an_error_never_tells_the_url() {
    let names = Arc::new(Names::default());
    let outside = outside(&names, &[]);
    let answer = outside
        .get("https://unknown.example/in?token=hush", None, BOUNDS)
        .await;
    let said = answer.unwrap_err().to_string();
    assert!(said.contains("was not found"), "{said}");
    assert!(!said.contains("hush"), "{said}");
    assert_eq!(
        Reach::default().check("https://intranet/").unwrap_err(),
        Refused("'intranet' is not a name of the public internet".to_owned())
    );
}
