//! `/api/v1/inbox`: the list people at the desk work from.

use crate::api::input::Query;
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::str::FromStr;
use throughline_engine::conversation::{
    self, InboxFilter, InboxOrder, InboxPlace, InboxRow, Whose,
};
use throughline_model::channel::Channel;
use throughline_model::id::MemberId;
use throughline_model::words::UnknownWord;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest search, in characters.
const SEARCH_LIMIT: usize = 200;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_inbox))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InboxQuery {
    /// Only those that stand at one of these, with commas between: `open,pending`.
    status: Option<String>,
    /// Only those this member looks after.
    owner: Option<MemberId>,
    /// True for only those nobody looks after, nor the AI agent. Not together with `owner`.
    #[serde(default)]
    unassigned: bool,
    /// True for only those the AI agent has. Not together with `owner` or `unassigned`.
    #[serde(default)]
    agent: bool,
    /// Only those with contact on this channel.
    channel: Option<Channel>,
    /// Only those of one of these priorities, with commas between: `high,urgent`.
    priority: Option<String>,
    /// Only those with this tag.
    tag: Option<String>,
    /// Part of the subject, of a field or fact, or of the customer's name or address.
    search: Option<String>,
    /// What comes first: the `latest` change, as when left out; the customer `waiting` longest; or the promise that is
    /// `due` first. Those that nobody waits in, or that nothing is promised in, come after the others, the latest change
    /// first.
    order: Option<InboxOrder>,
    /// Where the page begins: `next` of the page before. It counts in the order it was given for.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

impl InboxQuery {
    fn filter(&self) -> Result<InboxFilter, Problem> {
        let whose = match (self.owner, self.unassigned, self.agent) {
            (Some(owner), false, false) => Whose::Owner(owner),
            (None, true, false) => Whose::Nobody,
            (None, false, true) => Whose::Agent,
            (None, false, false) => Whose::All,
            _ => {
                return Err(Problem::invalid(
                    if self.unassigned {
                        "unassigned"
                    } else {
                        "agent"
                    },
                    "ask for one member's, for the AI agent's or for nobody's, not for several",
                ));
            }
        };
        if let Some(search) = &self.search
            && search.chars().count() > SEARCH_LIMIT
        {
            let allowed = format!("use at most {SEARCH_LIMIT} characters");
            return Err(Problem::invalid("search", allowed));
        }
        Ok(InboxFilter {
            statuses: words("status", self.status.as_deref())?,
            priorities: words("priority", self.priority.as_deref())?,
            tag: self.tag.clone(),
            whose,
            channel: self.channel,
            search: self.search.clone(),
        })
    }
}

/// The words of a closed set, with commas between.
fn words<T: FromStr<Err = UnknownWord>>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Vec<T>, Problem> {
    let words = text.unwrap_or_default().split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.parse().map_err(|unknown: UnknownWord| {
                let known = unknown.expected.join(", ");
                Problem::invalid(field, format!("use any of {known}, with commas between"))
            })
        })
        .collect()
}

/// List conversations as an inbox
///
/// Each with its customer's name and what was said last. One that changes while the list is read moves to where it then
/// belongs: in the usual order to the top.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "conversations", params(InboxQuery),
    responses((status = 200, description = "In the order asked for.", body = Page<InboxRow>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_inbox(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<InboxQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::<InboxPlace>::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let order = query.order.unwrap_or(InboxOrder::Latest);
    if let Some(other) = after.map(|after| after.order).filter(|one| *one != order) {
        let rule = format!(
            "this is a cursor of the order '{other}', not of '{order}'; begin with the first page"
        );
        return Err(Problem::invalid("cursor", rule));
    }
    let filter = query.filter()?;
    let rows = app
        .db()
        .read(move |tx| conversation::inbox(tx, &filter, order, after, fetch))
        .await?;
    Ok(wanted
        .answer(rows, |one: &InboxRow| one.place(order))
        .into_response())
}
