//! Who may do what: every route of the document against every kind of caller.

use crate::desk::{Caller, Desk, request, with_json};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use throughline_engine::access::{Permission, Scope};
use throughline_model::conversation::Role;
use throughline_storage::Engine;

/// A route as the document has it.
struct Route {
    method: Method,
    path: String,
    operation: Value,
}

impl Route {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with ids that nothing has.
    fn somewhere(&self) -> String {
        let id = uuid::Uuid::from_u128(7).to_string();
        let path = self.path.replace("{id}", &id);
        path.replace("{name}", "a_fact")
            .replace("{number}", "1")
            .replace("{token}", "1")
            .replace("{policy}", "business")
    }
}

fn routes(desk: &Desk) -> Vec<Route> {
    let document = serde_json::to_value(throughline_http::api::document(&desk.app)).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes())
                && operation.is_object()
            {
                routes.push(Route {
                    method,
                    path: path.clone(),
                    operation: operation.clone(),
                });
            }
        }
    }
    assert!(routes.len() > 40, "the document is whole");
    routes
}

#[tokio::test]
async fn every_route_declares_what_it_needs() {
    let desk = Desk::open(Engine::Sqlite).await;
    let mut open = BTreeSet::new();
    for route in routes(&desk) {
        let declared = route.operation["x-permission"].as_str();
        match declared.unwrap_or_else(|| panic!("{} declares nothing", route.name())) {
            "none" => {
                open.insert(route.name());
            }
            word => {
                let permission: Permission = word.parse().unwrap();
                let writes = matches!(
                    permission,
                    Permission::WriteConversations
                        | Permission::WriteIdentity
                        | Permission::WriteKnowledge
                        | Permission::WritePolicy
                );
                assert!(!(writes && route.method == Method::GET), "{}", route.name());
            }
        }
    }
    // Whoever adds to this list decides that anyone on the internet may call it.
    let expected = ["POST /api/v1/invites/accept", "POST /api/v1/session"];
    assert_eq!(open, expected.map(str::to_owned).into());
}

#[tokio::test]
async fn every_route_has_a_name_of_its_own_and_says_what_it_does() {
    let desk = Desk::open(Engine::Sqlite).await;
    let mut names = BTreeSet::new();
    for route in routes(&desk) {
        let name = route.operation["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{name} stands twice");
        assert!(route.operation["summary"].is_string(), "{}", route.name());
        assert!(
            route.operation["tags"]
                .as_array()
                .is_some_and(|tags| !tags.is_empty()),
            "{}",
            route.name()
        );
    }
}

/// The table the product promises, written down a second time.
fn may(who: &str, permission: &str) -> bool {
    match permission {
        "none" => true,
        "session" => matches!(who, "agent" | "supervisor" | "admin"),
        "read" | "write:conversations" | "write:identity" => {
            matches!(who, "agent" | "supervisor" | "admin" | "scope admin")
                || who == format!("scope {permission}")
        }
        "write:knowledge" => matches!(
            who,
            "supervisor" | "admin" | "scope admin" | "scope write:knowledge"
        ),
        "write:policy" => matches!(
            who,
            "supervisor" | "admin" | "scope admin" | "scope write:policy"
        ),
        "oversee" => matches!(
            who,
            "supervisor" | "admin" | "scope admin" | "scope oversee"
        ),
        "admin" => matches!(who, "admin" | "scope admin"),
        other => panic!("the table does not know {other}"),
    }
}

#[tokio::test]
async fn every_caller_gets_through_exactly_where_the_table_says() {
    // Each caller asks for every route within one standing minute.
    let desk = Desk::configured(
        Engine::Sqlite,
        "[limits]\napi_requests_per_minute = 100000\n[security]\nlogin_attempts_per_minute = 100000",
    )
    .await;
    let members = [
        desk.member("agent", Role::Agent).await,
        desk.member("supervisor", Role::Supervisor).await,
        desk.member("admin", Role::Admin).await,
    ];
    for route in routes(&desk) {
        let permission = route.operation["x-permission"].as_str().unwrap().to_owned();
        let mut callers = vec![("nobody".to_owned(), Caller::Nobody)];
        for member in &members {
            // Some routes end the session.
            callers.push((member.name.clone(), desk.browser(member).await));
        }
        for scope in Scope::ALL {
            callers.push((format!("scope {scope}"), desk.token(&[*scope]).await));
        }
        for (who, caller) in callers {
            let asked = request(&caller, route.method.clone(), &route.somewhere());
            let asked = match route.method {
                Method::GET => asked.body(axum::body::Body::empty()).unwrap(),
                _ => with_json(asked, &json!({})),
            };
            let status = desk.begin(asked).await.status().as_u16();
            let case = format!("{who} asks {}: {status}", route.name());
            // What is asked for is not there: one thing of many, or the AI agent, which this desk has none of.
            let of_agent = route.operation["tags"][0] == "agent"
                || route.path.starts_with("/api/v1/routing/agent");
            let may_lack = route.path.contains('{') || of_agent;
            assert!(status != 404 || may_lack, "{case}");
            assert!(status != 405 && status < 500, "{case}");
            match (may(&who, &permission), who.as_str()) {
                (true, _) => assert!(status != 401 && status != 403, "{case}"),
                (false, "nobody") => assert_eq!(status, 401, "{case}"),
                (false, _) => assert_eq!(status, 403, "{case}"),
            }
        }
    }
}

#[tokio::test]
async fn what_a_route_does_not_answer_to_is_said_plainly() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let refused = desk
        .change(&admin, Method::DELETE, "/api/v1/members", json!({}))
        .await;
    refused.is_problem(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), "GET,HEAD,POST");
    desk.get(&admin, "/api/v1/nothing")
        .await
        .is_problem(404, "not_found");
    let preflight = desk
        .change(
            &Caller::Nobody,
            Method::OPTIONS,
            "/api/v1/members",
            json!({}),
        )
        .await;
    preflight.is_problem(405, "method_not_allowed");
    assert!(
        preflight
            .headers
            .get("access-control-allow-origin")
            .is_none()
    );
}
