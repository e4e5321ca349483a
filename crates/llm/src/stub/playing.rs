//! The script without sockets: the client's own transport.

use super::act::{Exchange, Piece};
use super::{Asked, Stub};
use crate::error::LlmError;
use crate::transport::{Answer, BrokeOff, Call, Transport};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::future::pending;
use futures::stream::{self, BoxStream};

#[async_trait]
impl Transport for Stub {
    async fn send(&self, call: &Call) -> Result<Answer, LlmError> {
        let headers = call.headers.iter();
        let headers = headers
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let exchange = self.answer(Asked {
            path: call.url.path().to_owned(),
            headers: headers.collect(),
            body: serde_json::from_slice(&call.body).unwrap_or_default(),
        });
        if exchange.status == 0 {
            pending::<()>().await;
        }
        let header = |name: &str| {
            let found = exchange.headers.iter().find(|(one, _)| one == name);
            found.map(|(_, value)| value.clone())
        };
        Ok(Answer {
            status: exchange.status,
            retry_after_ms: header("retry-after-ms"),
            retry_after: header("retry-after"),
            body: body(exchange),
        })
    }
}

fn body(exchange: Exchange) -> BoxStream<'static, Result<Bytes, BrokeOff>> {
    let pieces = stream::iter(exchange.pieces);
    let played = pieces.filter_map(async |piece| match piece {
        Piece::Bytes(bytes) => Some(Ok(Bytes::from(bytes))),
        Piece::Wait(time) => {
            tokio::time::sleep(time).await;
            None
        }
        Piece::Hang => pending().await,
        Piece::Break => Some(Err(BrokeOff)),
    });
    played.boxed()
}
