//! `/api/v1/policies`: the rules in force, what an edit of them would change, and publishing it.

mod examine;
mod publishing;

use crate::app::App;
use serde::Deserialize;
use throughline_policy::source::SourceFile;
use utoipa_axum::router::OpenApiRouter;

/// The routes of the files beneath this one.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(examine::router())
        .merge(publishing::router())
}

/// All files of a policy as they would be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyFiles {
    /// The `.cedar` files, one `.cedarschema` and one `.md`. Others are left aside.
    files: Vec<SourceFile>,
}
