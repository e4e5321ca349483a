//! Who is who: the evidence, what it suggests, and what people decide.

use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Listed, Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use throughline_engine::access::audit;
use throughline_engine::identity::{
    self, Customer, Evidence, IdentifierRecord, MergePreview, Moved, Standing, SuggestionRecord,
    UnmergePreview,
};
use throughline_engine::{Result as EngineResult, Setup};
use throughline_model::id::{AssertionId, CustomerId, IdentifierId};
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest reason, in characters.
const REASON_LIMIT: usize = 500;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_identifiers))
        .routes(routes!(list_suggestions))
        .routes(routes!(list_evidence))
        .routes(routes!(list_standings))
        .routes(routes!(preview_merge))
        .routes(routes!(preview_unmerge))
        .routes(routes!(merge_customers))
        .routes(routes!(unmerge_customer))
        .routes(routes!(keep_apart))
        .routes(routes!(retract_assertion))
}

/// A decision about two customers.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Pair {
    /// The other customer.
    with: CustomerId,
    /// Why, for whoever looks at it later: up to 500 characters.
    #[serde(default)]
    reason: String,
}

/// A decision to take something back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    /// Why, for whoever looks at it later: up to 500 characters.
    #[serde(default)]
    reason: String,
}

/// What followed from a decision.
#[derive(Serialize, utoipa::ToSchema)]
struct Decided {
    /// The customer as they are now.
    customer: Customer,
    /// The identifiers that belong to somebody else than before.
    moved: Vec<MovedIdentifier>,
}

/// An identifier that changed its customer.
#[derive(Serialize, utoipa::ToSchema)]
struct MovedIdentifier {
    /// The identifier.
    identifier: IdentifierId,
    /// Whose it was.
    from: CustomerId,
    /// Whose it is.
    to: CustomerId,
}

/// List a customer's identifiers
#[utoipa::path(get, path = "/api/v1/customers/{id}/identifiers", tag = "identity", params(("id" = CustomerId, Path)),
    responses((status = 200, description = "Oldest first, all of them.", body = Page<IdentifierRecord>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_identifiers(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Response, Problem> {
    let rows = app
        .db()
        .read(move |tx| {
            let customer = identity::customer(tx, id)?;
            identity::identifiers(tx, customer.id)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// List who a customer may be, too
#[utoipa::path(get, path = "/api/v1/customers/{id}/suggestions", tag = "identity", params(("id" = CustomerId, Path)),
    responses((status = 200, description = "The likeliest first, all of them.", body = Page<SuggestionRecord>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_suggestions(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Response, Problem> {
    let setup = app.setup().clone();
    let rows = app
        .db()
        .read(move |tx| {
            let customer = identity::customer(tx, id)?;
            identity::suggestions(tx, &setup, customer.id)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// List the evidence behind a customer
///
/// Every assertion that touches one of their identifiers, withdrawn ones and their withdrawals too.
#[utoipa::path(get, path = "/api/v1/customers/{id}/evidence", tag = "identity",
    params(("id" = CustomerId, Path), PageQuery),
    responses((status = 200, description = "Oldest first.", body = Page<Evidence>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_evidence(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<CustomerId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::<AssertionId>::new(uri, query.cursor.as_deref(), query.limit)?;
    let mut rows = app
        .db()
        .read(move |tx| {
            let customer = identity::customer(tx, id)?;
            let all = identity::identifiers(tx, customer.id)?;
            let all: Vec<IdentifierId> = all.into_iter().map(|one| one.id).collect();
            identity::evidence_of(tx, &all)
        })
        .await?;
    if let Some(after) = wanted.after {
        rows.retain(|one| one.id > after);
    }
    Ok(wanted.answer(rows, |one| one.id).into_response())
}

/// List how far a customer's identifiers are proven
///
/// Whether each was ever verified as theirs, and how well whoever uses it is proven now.
#[utoipa::path(get, path = "/api/v1/customers/{id}/standings", tag = "identity", params(("id" = CustomerId, Path)),
    responses((status = 200, description = "Oldest identifier first, all of them.", body = Page<Standing>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_standings(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Response, Problem> {
    let clock = app.setup().clock.clone();
    let rows = app
        .db()
        .read(move |tx| {
            let customer = identity::customer(tx, id)?;
            identity::standings(tx, &clock, customer.id)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PreviewQuery {
    /// The other customer.
    with: CustomerId,
}

/// See what a merge would do
#[utoipa::path(get, path = "/api/v1/customers/{id}/merge-preview", tag = "identity",
    params(("id" = CustomerId, Path), PreviewQuery),
    responses((status = 200, description = "What would happen; nothing has.", body = MergePreview)),
    extensions(("x-permission" = json!("read"))))]
async fn preview_merge(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
    Query(query): Query<PreviewQuery>,
) -> Result<axum::Json<MergePreview>, Problem> {
    let preview = app
        .db()
        .read(move |tx| identity::preview(tx, id, query.with))
        .await?;
    Ok(axum::Json(preview))
}

/// See what undoing the last merge would do
#[utoipa::path(get, path = "/api/v1/customers/{id}/unmerge-preview", tag = "identity",
    params(("id" = CustomerId, Path)),
    responses((status = 200, description = "What would happen; nothing has.", body = UnmergePreview)),
    extensions(("x-permission" = json!("read"))))]
async fn preview_unmerge(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<axum::Json<UnmergePreview>, Problem> {
    let setup = app.setup().clone();
    let preview = app
        .db()
        .read(move |tx| identity::unmerge_preview(tx, &setup, id))
        .await?;
    Ok(axum::Json(preview))
}

/// Merge two customers
///
/// They are one person from now on; the younger one's id leads to the older one.
#[utoipa::path(post, path = "/api/v1/customers/{id}/merge", tag = "identity", params(("id" = CustomerId, Path)),
    request_body = Pair,
    responses((status = 200, description = "Merged.", body = Decided)),
    extensions(("x-permission" = json!("write:identity"))))]
async fn merge_customers(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CustomerId>,
    Posted {
        body: Pair { with, reason },
        once,
    }: Posted<Pair>,
) -> Result<Response, Problem> {
    let decision = Decision::new(&app, &caller, "customer.merge", reason)?;
    let work = move |tx: &mut Tx<'_>| {
        decision.carry_out(tx, id, json!({ "with": with }), |tx, own| {
            identity::merge(tx, &own.setup, id, with, &own.actor, &own.reason)
        })
    };
    once.run(&app, StatusCode::OK, work).await
}

/// Undo the last merge of a customer
///
/// Everyone gets back exactly what was theirs, messages that came since included.
#[utoipa::path(post, path = "/api/v1/customers/{id}/unmerge", tag = "identity", params(("id" = CustomerId, Path)),
    request_body = Withdrawal,
    responses((status = 200, description = "Undone.", body = Decided)),
    extensions(("x-permission" = json!("write:identity"))))]
async fn unmerge_customer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CustomerId>,
    Posted {
        body: Withdrawal { reason },
        once,
    }: Posted<Withdrawal>,
) -> Result<Response, Problem> {
    let decision = Decision::new(&app, &caller, "customer.unmerge", reason)?;
    let work = move |tx: &mut Tx<'_>| {
        decision.carry_out(tx, id, json!({}), |tx, own| {
            identity::unmerge(tx, &own.setup, id, &own.actor, &own.reason)
        })
    };
    once.run(&app, StatusCode::OK, work).await
}

/// Say that two customers are different people
///
/// No rule links or suggests them any more.
#[utoipa::path(post, path = "/api/v1/customers/{id}/not-same", tag = "identity", params(("id" = CustomerId, Path)),
    request_body = Pair,
    responses((status = 200, description = "Noted.", body = Decided)),
    extensions(("x-permission" = json!("write:identity"))))]
async fn keep_apart(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CustomerId>,
    Posted {
        body: Pair { with, reason },
        once,
    }: Posted<Pair>,
) -> Result<Response, Problem> {
    let decision = Decision::new(&app, &caller, "customer.not_same", reason)?;
    let work = move |tx: &mut Tx<'_>| {
        decision.carry_out(tx, id, json!({ "with": with }), |tx, own| {
            identity::not_same(tx, &own.setup, id, with, &own.actor, &own.reason)
        })
    };
    once.run(&app, StatusCode::OK, work).await
}

/// Withdraw a piece of evidence
///
/// Everything is as if it had never been asserted.
#[utoipa::path(post, path = "/api/v1/assertions/{id}/retract", tag = "identity", params(("id" = AssertionId, Path)),
    request_body = Withdrawal,
    responses((status = 200, description = "Withdrawn.", body = Vec<MovedIdentifier>)),
    extensions(("x-permission" = json!("oversee"))))]
async fn retract_assertion(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AssertionId>,
    Posted {
        body: Withdrawal { reason },
        once,
    }: Posted<Withdrawal>,
) -> Result<Response, Problem> {
    let decision = Decision::new(&app, &caller, "assertion.retract", reason)?;
    let work = move |tx: &mut Tx<'_>| {
        let Decision {
            setup,
            actor,
            reason,
            ..
        } = &decision;
        let moved = identity::retract(tx, setup, id, actor, reason)?;
        let moved = moved_identifiers(&moved);
        decision.record(tx, &id.to_string(), json!({}), &moved)?;
        Ok(moved)
    };
    once.run(&app, StatusCode::OK, work).await
}

/// What a person decides about who is who, and who they are.
struct Decision {
    setup: Setup,
    actor: String,
    action: &'static str,
    reason: String,
}

impl Decision {
    fn new(
        app: &App,
        caller: &Caller,
        action: &'static str,
        reason: String,
    ) -> Result<Self, Problem> {
        if reason.chars().count() > REASON_LIMIT {
            return Err(Problem::invalid(
                "reason",
                format!("use at most {REASON_LIMIT} characters"),
            ));
        }
        Ok(Self {
            setup: app.setup().clone(),
            actor: caller.actor(),
            action,
            reason,
        })
    }

    /// Does it, writes it down and says what followed.
    fn carry_out(
        &self,
        tx: &mut Tx<'_>,
        id: CustomerId,
        details: Value,
        act: impl Fn(&mut Tx<'_>, &Self) -> EngineResult<Moved>,
    ) -> EngineResult<Decided> {
        let moved = moved_identifiers(&act(tx, self)?);
        self.record(tx, &id.to_string(), details, &moved)?;
        Ok(Decided {
            customer: identity::customer(tx, id)?,
            moved,
        })
    }

    fn record(
        &self,
        tx: &mut Tx<'_>,
        object: &str,
        mut details: Value,
        moved: &[MovedIdentifier],
    ) -> EngineResult<()> {
        details["reason"] = self.reason.as_str().into();
        details["moved"] = json!(moved);
        let clock = &self.setup.clock;
        audit::record(tx, clock, &self.actor, self.action, object, &details)
    }
}

fn moved_identifiers(moved: &Moved) -> Vec<MovedIdentifier> {
    moved
        .iter()
        .map(|(identifier, (from, to))| MovedIdentifier {
            identifier: *identifier,
            from: *from,
            to: *to,
        })
        .collect()
}
