//! People in charge who agree to exact actions.

use crate::shop::{DAY, decide, files, mei, publish, rules, the_return};
use serde_json::json;
use throughline_engine::Error;
use throughline_engine::access::Principal;
use throughline_engine::approval::{self, Approval, ApprovalState, Wish};
use throughline_engine::conversation::{self, View};
use throughline_model::conversation::{EntryKind, Role};
use throughline_model::id::{ConversationId, MemberId};
use throughline_model::identifier::Identifier;
use throughline_policy::Request;
use throughline_testkit::{Shop, on_both_engines};

fn supervisor() -> Principal {
    Principal::Member {
        id: MemberId(uuid::Uuid::from_u128(1)),
        name: "Ana".to_owned(),
        role: Role::Supervisor,
    }
}

fn agent() -> Principal {
    Principal::Member {
        id: MemberId(uuid::Uuid::from_u128(2)),
        name: "Ben".to_owned(),
        role: Role::Agent,
    }
}

fn wish(request: &Request) -> Wish {
    Wish {
        tool: "return_items".to_owned(),
        action: request.action.clone(),
        arguments: request.arguments.clone(),
        rules: vec!["return.window".to_owned()],
        reason: Some("She was in hospital".to_owned()),
    }
}

async fn ask(shop: &Shop, conversation: ConversationId, wish: Wish) -> Result<Approval, Error> {
    let setup = shop.setup.clone();
    shop.database
        .db
        .write(move |tx| approval::ask(tx, &setup, conversation, &wish, agent().author()))
        .await
}

async fn answer(
    shop: &Shop,
    asked: &Approval,
    agrees: bool,
    by: Principal,
) -> Result<Approval, Error> {
    let (setup, id) = (shop.setup.clone(), asked.id);
    shop.database
        .db
        .write(move |tx| approval::decide(tx, &setup, id, agrees, Some("just once"), &by))
        .await
}

async fn granted(shop: &Shop, conversation: ConversationId) -> Vec<throughline_policy::Approval> {
    let clock = shop.setup.clock.clone();
    shop.database
        .db
        .read(move |tx| approval::granted(tx, &clock, conversation))
        .await
        .unwrap()
}

#[test]
fn a_supervisor_agrees_to_exactly_one_late_return() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        publish(&shop, files()).await;
        let from = Identifier::email("mei@example.com").unwrap();
        let here = shop.hears(&from, "I was in hospital").await.conversation;
        let elsewhere = Identifier::email("raj@example.com").unwrap();
        let elsewhere = shop.hears(&elsewhere, "Hello").await.conversation;
        let mut late = the_return(&shop, 45, mei());
        assert_eq!(rules(&decide(&shop, &late)), ["return.window"]);

        let asked = ask(&shop, here, wish(&late)).await.unwrap();
        assert_eq!(
            (asked.state, asked.role.as_str()),
            (ApprovalState::Pending, "supervisor")
        );
        assert_eq!(asked.hash, late.confirmation().as_str());
        let again = ask(&shop, here, wish(&late)).await.unwrap();
        assert_eq!(again.id, asked.id, "nobody is asked twice for the same");
        assert!(granted(&shop, here).await.is_empty());

        let refused = answer(&shop, &asked, true, agent()).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
        let approved = answer(&shop, &asked, true, supervisor()).await.unwrap();
        assert_eq!(approved.state, ApprovalState::Approved);
        assert_eq!(approved.decided_by_name.as_deref(), Some("Ana"));
        let twice = answer(&shop, &asked, false, supervisor())
            .await
            .unwrap_err();
        assert!(matches!(twice, Error::Conflict(_)), "{twice}");

        late.approvals = granted(&shop, here).await;
        assert!(decide(&shop, &late).allowed);
        assert!(granted(&shop, elsewhere).await.is_empty());
        let mut other = late.clone();
        other
            .arguments
            .insert("item_ids".to_owned(), json!(["lamp", "lamp"]));
        other.confirmed = vec![other.confirmation()];
        assert!(rules(&decide(&shop, &other)).contains(&"return.window"));

        let entries = shop
            .database
            .db
            .read(move |tx| conversation::entries(tx, here, 0, 100, View::Everything))
            .await
            .unwrap();
        let told: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Decision)
            .map(|entry| entry.body["what"].as_str().unwrap())
            .collect();
        assert_eq!(told, ["approval_asked", "approval_given"]);

        shop.setup.clock.advance(DAY + 1);
        assert!(granted(&shop, here).await.is_empty(), "a yes lasts a day");
        let fresh = ask(&shop, here, wish(&late)).await.unwrap();
        assert_ne!(fresh.id, asked.id);
        let declined = answer(&shop, &fresh, false, supervisor()).await.unwrap();
        assert_eq!(declined.state, ApprovalState::Declined);
        assert!(granted(&shop, here).await.is_empty());
    });
}

#[test]
fn requests_for_approval_expire_and_are_listed_as_they_stand() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        publish(&shop, files()).await;
        let from = Identifier::email("mei@example.com").unwrap();
        let here = shop.hears(&from, "Hello").await.conversation;
        let late = the_return(&shop, 45, mei());
        let asked = ask(&shop, here, wish(&late)).await.unwrap();
        let list = async |state| {
            let filter = approval::Filter {
                state: Some(state),
                conversation: Some(here),
            };
            let clock = shop.setup.clock.clone();
            let found = shop
                .database
                .db
                .read(move |tx| approval::list(tx, &clock, filter, None, 10))
                .await;
            found.unwrap().len()
        };
        assert_eq!(list(ApprovalState::Pending).await, 1);
        shop.setup.clock.advance(DAY);
        assert_eq!(list(ApprovalState::Pending).await, 0);
        assert_eq!(list(ApprovalState::Expired).await, 1);
        let too_late = answer(&shop, &asked, true, supervisor()).await.unwrap_err();
        assert!(too_late.to_string().contains("expired"), "{too_late}");
        ask(&shop, here, wish(&late)).await.unwrap();
        assert_eq!(list(ApprovalState::Pending).await, 1);
        assert_eq!(list(ApprovalState::Expired).await, 1);
    });
}

#[tokio::test]
async fn nobody_is_asked_to_approve_what_no_approval_helps_with() {
    let shop = Shop::open(throughline_storage::Engine::Sqlite).await;
    publish(&shop, files()).await;
    let from = Identifier::email("mei@example.com").unwrap();
    let here = shop.hears(&from, "Hello").await.conversation;
    let late = the_return(&shop, 45, mei());
    for rules in [
        vec![],
        vec!["confirm.explicit".to_owned()],
        vec!["no.such.rule".to_owned()],
    ] {
        let mut wish = wish(&late);
        wish.rules = rules;
        let refused = ask(&shop, here, wish).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid { field: "rules", .. }));
    }
    let mut unknown = wish(&late);
    unknown.action = "sellTheShop".to_owned();
    let refused = ask(&shop, here, unknown).await.unwrap_err();
    assert!(matches!(
        refused,
        Error::Invalid {
            field: "action",
            ..
        }
    ));
}
