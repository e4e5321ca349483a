//! Figures for Prometheus.

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use subtle::ConstantTimeEq as _;
use throughline_config::Metrics;

/// Starts counting and answers scrapers: those that show the token, or without one only this machine.
pub fn router(settings: &Metrics) -> Result<Router, String> {
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| format!("[metrics]: {error}"))?;
    let token = settings
        .token
        .as_ref()
        .map(|token| token.expose().to_owned());
    let answer = move |ConnectInfo(peer): ConnectInfo<SocketAddr>, headers: HeaderMap| {
        let rendered = if may_read(token.as_deref(), peer, &headers) {
            Ok(render(&handle))
        } else {
            Err(StatusCode::FORBIDDEN)
        };
        async move { rendered }
    };
    Ok(Router::new().route(&settings.path, get(answer)))
}

fn render(handle: &PrometheusHandle) -> String {
    handle.run_upkeep();
    handle.render()
}

fn may_read(token: Option<&str>, peer: SocketAddr, headers: &HeaderMap) -> bool {
    match token {
        // Behind a proxy every peer is local; a forwarded request is not this machine's own.
        None => peer.ip().is_loopback() && !headers.contains_key("x-forwarded-for"),
        Some(token) => {
            let shown = headers
                .get(header::AUTHORIZATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| value.strip_prefix("Bearer "));
            shown.is_some_and(|shown| shown.as_bytes().ct_eq(token.as_bytes()).into())
        }
    }
}
