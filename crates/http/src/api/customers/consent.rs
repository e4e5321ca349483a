//! Who agreed to advertising.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::consent::{self, MarketingConsent};
use throughline_model::id::IdentifierId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(put_marketing_consent))
}

/// Whether somebody agreed to advertising at an address.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MarketingWish {
    /// How their agreement is known, such as `order form of 3 May`; null when they took it back.
    source: Option<String>,
}

/// What stands about it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct MarketingView {
    /// Null when they have not agreed.
    marketing_consent: Option<MarketingConsent>,
}

/// Write down an agreement to advertising
///
/// The delivery policy lets no advertising go to an address whose owner has not agreed to it.
#[utoipa::path(put, path = "/api/v1/identifiers/{id}/marketing-consent", tag = "customers",
    params(("id" = IdentifierId, Path)), request_body = MarketingWish,
    responses((status = 200, description = "Written down.", body = MarketingView)),
    extensions(("x-permission" = json!("write:identity"))))]
async fn put_marketing_consent(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentifierId>,
    Json(wish): Json<MarketingWish>,
) -> Result<axum::Json<MarketingView>, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let marketing_consent = app
        .db()
        .write(move |tx| {
            let source = wish.source.as_deref();
            let stands = consent::set_marketing(tx, &clock, id, source, &actor)?;
            let (object, details) = (id.to_string(), json!({ "source": source }));
            audit::record(tx, &clock, &actor, "consent.marketing", &object, &details)?;
            Ok::<_, throughline_engine::Error>(stands)
        })
        .await?;
    Ok(axum::Json(MarketingView { marketing_consent }))
}
