//! The desk's page, at every address beneath it.

use crate::desk::{Caller, Desk};
use throughline_storage::Engine;

#[tokio::test]
async fn the_desk_is_one_page_that_loads_nothing_from_elsewhere() {
    let desk = Desk::open(Engine::Sqlite).await;
    for path in [
        "/desk",
        "/desk/",
        "/desk/inbox/mine",
        "/desk/conversations/7",
    ] {
        let page = desk.get(&Caller::Nobody, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").starts_with("text/html"));
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
    }
    desk.get(&Caller::Nobody, "/desk/assets/nothing.js")
        .await
        .is_problem(404, "not_found");
}
