//! `/api/v1/endpoints/{name}/widget`: the chat on pages of others, its tag and how it is set up.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::app::App;
use crate::chat::look::{self, WidgetSettings};
use crate::problem::{FieldProblem, Problem};
use crate::widget::{self, WidgetTag};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use throughline_config::{ConfigErrors, Look};
use throughline_engine::access::audit;
use throughline_model::channel::Channel;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_widget_tag))
        .routes(routes!(
            read_widget_settings,
            set_widget_settings,
            forget_widget_settings
        ))
}

/// How a chat is set up, and where that was said.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct WidgetSetup {
    /// Where it was set.
    set_in: SetIn,
    /// What counts.
    settings: WidgetSettings,
}

/// Where something was set.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum SetIn {
    /// At the desk, or by this interface.
    Desk,
    /// In the server's configuration.
    Configuration,
}

/// Read the tag that puts a chat on a page
///
/// With the checksum of what it loads. It goes on working when this program is updated; read it again to get the new
/// loader.
#[utoipa::path(get, path = "/api/v1/endpoints/{name}/widget", tag = "endpoints",
    params(("name" = String, Path, description = "The name of a chat.")),
    responses((status = 200, description = "The tag.", body = WidgetTag)),
    extensions(("x-permission" = json!("read"))))]
async fn read_widget_tag(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<axum::Json<WidgetTag>, Problem> {
    widget::tag_of(&app, &name).map(axum::Json)
}

/// Read how a chat looks and behaves
///
/// What was set at the desk counts before the configuration.
#[utoipa::path(get, path = "/api/v1/endpoints/{name}/widget/settings", tag = "endpoints",
    params(("name" = String, Path, description = "The name of a chat.")),
    responses((status = 200, description = "What counts now.", body = WidgetSetup)),
    extensions(("x-permission" = json!("read"))))]
async fn read_widget_settings(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<axum::Json<WidgetSetup>, Problem> {
    let chat = app.endpoint(&name, &[Channel::Webchat])?;
    let (set_in, look) = match look::set_at_desk(&app, chat).await? {
        Some(look) => (SetIn::Desk, look),
        None => (SetIn::Configuration, look::configured(chat)),
    };
    Ok(axum::Json(WidgetSetup {
        set_in,
        settings: look.into(),
    }))
}

/// Set how a chat looks and behaves
///
/// All of it: what is left out is as usual, whatever the configuration says. Visitors see it with the next page they
/// open. What is wrong is told in `problems`, each with its field.
#[utoipa::path(put, path = "/api/v1/endpoints/{name}/widget/settings", tag = "endpoints", request_body = WidgetSettings,
    params(("name" = String, Path, description = "The name of a chat.")),
    responses((status = 200, description = "In force.", body = WidgetSetup)),
    extensions(("x-permission" = json!("admin"))))]
async fn set_widget_settings(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(given): Json<Value>,
) -> Result<axum::Json<WidgetSetup>, Problem> {
    let chat = app.endpoint(&name, &[Channel::Webchat])?.clone();
    let settings = WidgetSettings::from(Look::read(&given).map_err(|errors| refused(&errors))?);
    let answer = WidgetSetup {
        set_in: SetIn::Desk,
        settings: settings.clone(),
    };
    let before = WidgetSettings::from(look::look(&app, &chat).await);
    let details = json!({ "changed": audit::changed(&json!(before), &json!(settings)) });
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    app.db()
        .write(move |tx| {
            look::keep(tx, &chat, &settings)?;
            audit::record(tx, &clock, &actor, "widget.set", &name, &details)
        })
        .await?;
    Ok(axum::Json(answer))
}

/// Let the configuration say again how a chat looks and behaves
///
/// What was set at the desk is forgotten.
#[utoipa::path(delete, path = "/api/v1/endpoints/{name}/widget/settings", tag = "endpoints",
    params(("name" = String, Path, description = "The name of a chat.")),
    responses((status = 204, description = "The configuration counts.")),
    extensions(("x-permission" = json!("admin"))))]
async fn forget_widget_settings(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let chat = app.endpoint(&name, &[Channel::Webchat])?.clone();
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    app.db()
        .write(move |tx| {
            look::forget(tx, &chat)?;
            audit::record(tx, &clock, &actor, "widget.forget", &name, &json!({}))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All that is wrong, each at its field.
fn refused(errors: &ConfigErrors) -> Problem {
    let all = errors.problems().iter().map(|one| FieldProblem {
        field: match one.path.as_str() {
            "" => "body".to_owned(),
            path => path.to_owned(),
        },
        detail: format!("{}; {}", one.problem, one.remedy),
    });
    Problem::all_invalid(all.collect())
}
