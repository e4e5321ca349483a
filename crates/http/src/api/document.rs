//! The OpenAPI document, and the page to browse it.

use crate::api::guard::{CSRF_HEADER, DECLARATION};
use crate::api::once::KEY_HEADER;
use crate::app::App;
use crate::problem::{FieldProblem, Problem};
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use utoipa::PartialSchema as _;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, Required,
    ResponseBuilder,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

const INTRODUCTION: &str = include_str!("introduction.md");

/// The document's first page.
pub fn preface() -> OpenApi {
    let licence = LicenseBuilder::new()
        .name("Apache-2.0")
        .identifier(Some("Apache-2.0"))
        .build();
    let info = InfoBuilder::new()
        .title("Throughline")
        .version("1")
        .description(Some(INTRODUCTION))
        .license(Some(licence))
        .build();
    OpenApiBuilder::new().info(info).build()
}

/// The whole document, as `/api/openapi.json` serves it.
pub fn document(app: &App) -> OpenApi {
    complete(super::routes(app).into_openapi())
}

/// Adds to every operation what is the same for all: how to say who one is, and what errors look like.
pub fn complete(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete_operation(&method, operation);
        }
    }
    let components = document.components.get_or_insert_default();
    for (name, schema) in [
        ("Problem", Problem::schema()),
        ("FieldProblem", FieldProblem::schema()),
    ] {
        components.schemas.insert(name.to_owned(), schema);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API token, made under /api/v1/tokens."))
        .build();
    let cookie = ApiKeyValue::with_description(
        "throughline_session",
        "The session that POST /api/v1/session gives. Changes need the header X-CSRF-Token too.",
    );
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document
}

fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Delete, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
    .collect()
}

fn complete_operation(method: &HttpMethod, operation: &mut Operation) {
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let problem = ResponseBuilder::new()
        .description("What went wrong, and what to do about it.")
        .content("application/problem+json", problem)
        .build();
    operation
        .responses
        .responses
        .insert("default".to_owned(), problem.into());
    let declared = operation
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get(DECLARATION)?.as_str())
        .unwrap_or_default()
        .to_owned();
    let none: [String; 0] = [];
    operation.security = Some(match declared.as_str() {
        "none" => Vec::new(),
        "session" => vec![SecurityRequirement::new("session", none)],
        _ => vec![
            SecurityRequirement::new("token", none.clone()),
            SecurityRequirement::new("session", none),
        ],
    });
    let parameters = operation.parameters.get_or_insert_default();
    if declared != "none" && *method != HttpMethod::Get {
        parameters.push(header_parameter(
            CSRF_HEADER,
            "Needed with a session: the `csrf` of GET /api/v1/session.",
        ));
    }
    if declared != "none" && declared != "session" && *method == HttpMethod::Post {
        parameters.push(header_parameter(
            KEY_HEADER,
            "A name for this request, new for every new one. Sent again with the same name, it is answered as before and not done again; kept for a day.",
        ));
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
}

fn header_parameter(name: &str, description: &str) -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(String::schema()))
        .build()
}

/// Serves the document at `/api/openapi.json` and the page at `/api/docs/`. Both are public, as this source is.
pub fn router(document: &OpenApi) -> Router<App> {
    // Kept as it is sent: as a structure it takes megabytes, and every copy of the routes had one of its own.
    // It always can be JSON.
    let text = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let page: Router<App> = SwaggerUi::new("/api/docs")
        .config(
            Config::from("/api/openapi.json")
                .validator_url("none")
                .try_it_out_enabled(false),
        )
        .into();
    Router::new()
        .route(
            "/api/openapi.json",
            get(|| async move { ([(header::CONTENT_TYPE, "application/json")], text) }),
        )
        .merge(page.layer(map_response(for_the_page)))
}

/// The page brings its own scripts and styles, and nothing else may run in it.
async fn for_the_page(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    );
    response
}
