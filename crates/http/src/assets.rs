//! Files of the built front ends, embedded in the binary.

use crate::problem::Problem;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

/// A file of a built front end.
pub struct Asset {
    /// Its name, as pages ask for it.
    pub name: &'static str,
    /// What is in it.
    pub body: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file called `name` of `all`, or the news that the browser's copy is still good.
///
/// # Errors
/// A 404 when there is none.
pub fn serve(all: &[Asset], name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let asset = all.iter().find(|asset| asset.name == name).ok_or_else(|| {
        Problem::not_found("there is no such file; build the front end with cargo xtask run")
    })?;
    let media_type = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(asset.body)[..12]));
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let fresh = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    Ok((fresh, asset.body).into_response())
}
