//! What other systems know about a customer, for people at the desk.

use super::turn::Agent;
use crate::error::Result;
use crate::identity;
use serde::Serialize;
use throughline_model::id::CustomerId;
use throughline_model::identifier::IdentifierKind;

/// So many accounts of a customer are looked up at most.
const ACCOUNTS: usize = 3;

/// What one system knows about one account of a customer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CustomerRecords {
    /// What they are, such as "Orders".
    pub title: String,
    /// The account.
    pub account: String,
    /// A row of texts for each, the first its name; empty texts are what is not there.
    pub rows: Vec<Vec<String>>,
    /// Why there is nothing, if it could not be had.
    pub problem: Option<String>,
}

impl Agent {
    /// Looks a customer's accounts up with every tool that has a panel.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] when there is no such customer. A system that does not answer is no error.
    pub async fn records(&self, customer: CustomerId) -> Result<Vec<CustomerRecords>> {
        let read = move |tx: &mut throughline_storage::Tx<'_>| {
            let customer = identity::customer(tx, customer)?;
            identity::identifiers(tx, customer.id)
        };
        let known = self.db.read(read).await?;
        let accounts = known
            .into_iter()
            .filter(|one| one.kind == IdentifierKind::Account);
        let accounts: Vec<String> = accounts.map(|one| one.value).take(ACCOUNTS).collect();
        let mut found = Vec::new();
        for account in accounts {
            for (title, rows) in self.brain.look_up(&account).await {
                let (rows, problem) = match rows {
                    Ok(rows) => (rows, None),
                    Err(why) => (Vec::new(), Some(why)),
                };
                found.push(CustomerRecords {
                    title,
                    account: account.clone(),
                    rows,
                    problem,
                });
            }
        }
        Ok(found)
    }
}
