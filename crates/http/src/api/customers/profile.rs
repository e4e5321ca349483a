//! What members say about a customer.

use super::{CustomerView, view};
use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::identity::{self, Profile};
use throughline_model::id::CustomerId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest name, in characters.
const NAME_LIMIT: usize = 200;
/// The most that may be kept about a customer, in bytes of JSON.
const ATTRIBUTES_LIMIT: usize = 32 * 1024;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(put_profile))
}

/// Replace a customer's profile
#[utoipa::path(put, path = "/api/v1/customers/{id}/profile", tag = "customers", params(("id" = CustomerId, Path)),
    request_body = Profile,
    responses((status = 200, description = "Replaced.", body = CustomerView)),
    extensions(("x-permission" = json!("write:identity"))))]
async fn put_profile(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CustomerId>,
    Json(profile): Json<Profile>,
) -> Result<axum::Json<CustomerView>, Problem> {
    check(&profile)?;
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let view = app
        .db()
        .write(move |tx| {
            identity::set_profile(tx, &clock, id, &profile)?;
            let details = json!({ "attributes": profile.attributes.keys().collect::<Vec<_>>() });
            audit::record(
                tx,
                &clock,
                &actor,
                "customer.profile",
                &id.to_string(),
                &details,
            )?;
            view(tx, id)
        })
        .await?;
    Ok(axum::Json(view))
}

fn check(profile: &Profile) -> Result<(), Problem> {
    let name = profile.name.as_deref().unwrap_or("a name");
    if name.trim().is_empty()
        || name.chars().count() > NAME_LIMIT
        || name.chars().any(char::is_control)
    {
        return Err(Problem::invalid(
            "name",
            format!("use 1 to {NAME_LIMIT} characters without line breaks, or null"),
        ));
    }
    let size = json!(profile.attributes).to_string().len();
    if size > ATTRIBUTES_LIMIT {
        return Err(Problem::invalid(
            "attributes",
            format!("use at most {ATTRIBUTES_LIMIT} bytes of JSON"),
        ));
    }
    Ok(())
}
