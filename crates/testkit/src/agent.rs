//! The demo shop's AI agent.

use crate::Shop;
use std::path::Path;
use std::sync::Arc;
use throughline_brain::{Brain, BuiltIn, Business};
use throughline_engine::agent::{AGENT, Agent};
use throughline_engine::job::Runner;
use throughline_engine::knowledge::Knowledge;
use throughline_engine::routing::{Dispatcher, ROUTE};
use throughline_engine::visitor::Terms;
use throughline_procedure::Library;
use throughline_tools::{Caller, Environment};
use throughline_understanding::Vectors;

/// The one test each procedure of [`demo_business`] has.
const GREETING: &str = "## Tests\n- say: hello\n  as: anonymous\n  on: [webchat]\n  expect: {}\n";

/// What the demo shop wrote down. Each procedure has one test, a greeting, so that all are played at once.
pub fn demo_business() -> Business {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop");
    let (mut business, _) = Business::load(&folder).expect("the demo's files fit together");
    for (_, text) in &mut business.procedures {
        let short = text
            .split_once("## Tests")
            .map(|(before, _)| format!("{before}{GREETING}"));
        if let Some(short) = short {
            *text = short;
        }
    }
    let tools = business.library.tools.clone();
    let (library, _) =
        Library::of_folder(&business.procedures, tools).expect("shorter tests are tests");
    business.library = library;
    business
}

/// Acts for `business` with tools that ask the order system at `orders`, by the rules its folder has.
pub fn brain(business: Business, orders: &str) -> Brain {
    let environment = Environment::of([
        ("THROUGHLINE_SHOP_URL", orders),
        ("THROUGHLINE_SHOP_KEY", "key"),
    ]);
    let caller = Caller::new(&business.catalog, &environment).expect("the tools are there");
    Brain::new(business, caller)
}

/// An agent of `shop` for `business`, whose tools ask the order system at `orders`. It knows no articles.
pub async fn agent(shop: &Shop, business: Business, orders: &str) -> Arc<Agent> {
    let knowledge = Knowledge::new(shop.database.db.clone(), None);
    agent_with(shop, brain(business, orders), knowledge).await
}

/// An agent of `shop` that acts by `brain` and answers from `knowledge`.
pub async fn agent_with(shop: &Shop, brain: Brain, knowledge: Knowledge) -> Arc<Agent> {
    let built_in = BuiltIn::train(&brain.business.library, [], None, &mut Vectors::default());
    let built_in = Arc::new(built_in.expect("examples can be learned"));
    let terms = Terms {
        remembered_ms: 86_400_000,
        codes_per_hour: 5,
        public_base: "https://shop.example/".to_owned(),
        offline_after_ms: 60_000,
    };
    let agent = Agent::new(
        shop.database.db.clone(),
        shop.setup.clone(),
        brain,
        knowledge,
        built_in.clone(),
        built_in,
        terms,
    );
    Arc::new(agent.await.expect("the procedures are published"))
}

/// The router, which gives conversations to `agent`, and the agent's turns.
pub async fn at_work(shop: &Shop, agent: Arc<Agent>) -> (Runner, Arc<Dispatcher>) {
    let (db, setup) = (shop.database.db.clone(), shop.setup.clone());
    let router = shop.router().await;
    let runner = Runner::new(db, setup)
        .with(ROUTE, router.clone(), 1)
        .with(AGENT, agent, 1);
    (runner, router)
}
