//! The gate before every tool: looks up what the policy must know, and asks it.

use crate::host::Standing;
use serde_json::{Map, Value, json};
use throughline_model::assurance::Assurance;
use throughline_policy::facts::Session;
use throughline_policy::records::{Order, Product, Records, User};
use throughline_policy::{Confirmation, Request};
use throughline_tools::{Caller, Catalog, Effect, Outcome, Tool, ToolError};

/// Looks up records and puts requests together.
pub(crate) struct Gate<'a> {
    pub catalog: &'a Catalog,
    pub caller: &'a Caller,
    pub standing: &'a Standing,
}

impl Gate<'_> {
    /// Everything the policy must know to decide about this call.
    ///
    /// # Errors
    /// When a record cannot be looked up: then nobody knows whether the call is allowed.
    pub async fn request(
        &self,
        tool: &Tool,
        args: &Value,
        confirmed: bool,
    ) -> Result<Request, String> {
        let arguments = args.as_object().cloned().unwrap_or_default();
        let records = self.records(tool, &arguments).await?;
        let mut confirmations = Vec::new();
        if confirmed {
            confirmations.push(Confirmation::of(&tool.action, &arguments));
        }
        Ok(Request {
            session: self.session(),
            action: tool.action.clone(),
            arguments,
            records,
            confirmed: confirmations,
            approvals: self.standing.approvals.clone(),
            now: self.standing.now,
        })
    }

    fn session(&self) -> Session {
        Session {
            subject: self.standing.subject.clone(),
            assurance: Assurance::from_level(self.standing.assurance.into()),
        }
    }

    /// Nothing is looked up for somebody who has not proven who they are: the policy would not see it anyway.
    async fn records(
        &self,
        tool: &Tool,
        arguments: &Map<String, Value>,
    ) -> Result<Records, String> {
        let mut records = Records {
            pictures: self.standing.pictures,
            ..Records::default()
        };
        let proven = self
            .standing
            .subject
            .as_deref()
            .filter(|_| self.standing.assurance > 0);
        let (Some(subject), true) = (proven, tool.resource.kind != "Catalog") else {
            return Ok(records);
        };
        if let Some(found) = self.profile(subject).await? {
            records.users.push(found);
        }
        if let ("Order", Some(id)) = (
            tool.resource.kind.as_str(),
            tool.resource_id(&arguments.clone().into()),
        ) {
            let order: Option<Order> = self.look_up(tool, id).await?;
            if let Some(order) = order {
                records.products = self.products(&order, arguments).await?;
                records.orders.push(order);
            }
        }
        Ok(records)
    }

    async fn profile(&self, subject: &str) -> Result<Option<User>, String> {
        let tells =
            |tool: &&Tool| tool.resource.kind == "Customer" && tool.resource.record.is_some();
        match self.catalog.tools().find(tells) {
            Some(tool) => self.look_up(tool, subject).await,
            None => Ok(None),
        }
    }

    /// The record behind a tool's resource; none when there is no such thing.
    async fn look_up<T: serde::de::DeserializeOwned>(
        &self,
        tool: &Tool,
        id: &str,
    ) -> Result<Option<T>, String> {
        let reader = tool
            .resource
            .record
            .as_ref()
            .and_then(|name| self.catalog.tool(name));
        let Some((reader, argument)) =
            reader.and_then(|reader| Some((reader, reader.resource.argument.as_ref()?)))
        else {
            return Ok(None);
        };
        self.record(reader, json!({ argument: id })).await
    }

    /// The products whose other variants the arguments want.
    async fn products(
        &self,
        order: &Order,
        arguments: &Map<String, Value>,
    ) -> Result<Vec<Product>, String> {
        if !arguments.contains_key("new_item_ids") {
            return Ok(Vec::new());
        }
        let named = |id: &str| {
            let given = arguments.get("item_ids").and_then(Value::as_array);
            given.is_some_and(|given| given.iter().any(|item| item.as_str() == Some(id)))
        };
        let items = order.items.iter().filter(|item| named(&item.item_id));
        let mut ids: Vec<&str> = items.map(|item| item.product_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let Some(reader) = self.catalog.tools().find(|tool| reads_product(tool)) else {
            return Ok(Vec::new());
        };
        let mut products = Vec::new();
        for id in ids {
            products.extend(self.record(reader, json!({ "product_id": id })).await?);
        }
        Ok(products)
    }

    async fn record<T: serde::de::DeserializeOwned>(
        &self,
        reader: &Tool,
        args: Value,
    ) -> Result<Option<T>, String> {
        match self.caller.record(reader, &args).await {
            Ok(found) => serde_json::from_value(found)
                .map(Some)
                .map_err(|error| format!("what {} tells cannot be used: {error}", reader.name)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(format!("{}: {error}", reader.name)),
        }
    }
}

fn reads_product(tool: &Tool) -> bool {
    tool.effect == Effect::Read
        && tool
            .arguments()
            .is_some_and(|schema| schema["required"] == json!(["product_id"]))
}

/// The service says that there is no such thing, or that this cannot be the id of one.
fn is_missing(error: &ToolError) -> bool {
    match error {
        ToolError::Arguments(_) => true,
        ToolError::Refused(refusal) => {
            error.outcome(Effect::Read) == Outcome::NotDone
                && matches!(refusal.status, Some(400 | 404 | 410 | 422))
        }
        _ => false,
    }
}
