//! Who works at the shop's desk, and the router that gives them conversations.

use crate::Shop;
use std::sync::Arc;
use throughline_engine::access::member::{self, Member, NewMember};
use throughline_engine::job::Runner;
use throughline_engine::routing::{Dispatcher, ROUTE};
use throughline_model::conversation::Role;

impl Shop {
    /// Somebody new at the desk, `name@shop.example`, who has no password yet.
    pub async fn hires(&self, name: &str, role: Role) -> Member {
        let clock = self.setup.clock.clone();
        let new = NewMember {
            email: format!("{}@shop.example", name.to_lowercase()),
            name: name.to_owned(),
            role,
        };
        let db = &self.database.db;
        let added = db.write(move |tx| member::add(tx, &clock, &new, "system"));
        added.await.expect("the member is added")
    }

    /// The router, with what the database knows of its work.
    pub async fn router(&self) -> Arc<Dispatcher> {
        let (db, setup) = (self.database.db.clone(), self.setup.clone());
        let routing = Dispatcher::open(db, setup).await;
        Arc::new(routing.expect("the router is restored"))
    }

    /// The router hears of what has happened.
    pub async fn routes(&self, routing: &Arc<Dispatcher>) {
        let (db, setup) = (self.database.db.clone(), self.setup.clone());
        let runner = Runner::new(db, setup).with(ROUTE, Arc::clone(routing) as _, 1);
        runner.run_due().await.expect("the router works");
    }
}
