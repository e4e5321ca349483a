//! Which browsers are told, for which visitor.

use crate::Setup;
use crate::error::{Error, Result};
use crate::fetch::Outside;
use crate::queries::push as queries;
use crate::visitor;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::PublicKey;
use std::time::Duration;
use throughline_model::id::IdentifierId;
use throughline_storage::{Row, Tx, params};
use url::Url;
use uuid::Uuid;

/// So many browsers of one visitor are told; the one not heard of for longest goes.
const BROWSERS: usize = 5;
/// A point of the curve as browsers write it: uncompressed, in bytes.
const POINT_BYTES: usize = 65;
/// The secret between a browser and whoever writes to it, in bytes.
const AUTH_BYTES: usize = 16;

/// The longest address, in bytes.
const URL_BYTES: usize = 2_048;
/// How long it may take to find where a name leads.
const LOOK: Duration = Duration::from_secs(3);

/// What a browser reads by, as it says itself (`PushSubscription.toJSON().keys`).
#[derive(Clone)]
pub struct BrowserKeys {
    /// Its public key, in base64.
    pub p256dh: String,
    /// Its secret, in base64.
    pub auth: String,
}

/// A place at a push service where a browser can be told; it was looked at, and is looked at again whenever something is
/// sent.
#[derive(Clone)]
pub struct Place {
    url: String,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
}

impl Place {
    /// Looks at where `url` leads and what `keys` are.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a place we do not post to, and for keys that are none. Where a name leads is not told: whoever
    /// asks is a stranger, and the name may be one of the inside.
    pub async fn find(outside: &Outside, url: &str, keys: &BrowserKeys) -> Result<Self> {
        let p256dh = bytes(&keys.p256dh, POINT_BYTES)
            .filter(|point| PublicKey::from_sec1_bytes(point).is_ok())
            .ok_or_else(|| Error::invalid("keys.p256dh", "this is no public key of a browser"))?;
        let auth = bytes(&keys.auth, AUTH_BYTES)
            .ok_or_else(|| Error::invalid("keys.auth", "give 16 bytes in base64"))?;
        let refused = || Error::invalid("endpoint", "this is no push service we post to");
        let looking = tokio::time::timeout(LOOK, outside.check(url));
        let url = match looking.await {
            Ok(Ok(url)) => String::from(url),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a browser's push service is refused");
                return Err(refused());
            }
            Err(_) => return Err(refused()),
        };
        // It may have grown when it was parsed.
        if url.len() > URL_BYTES {
            return Err(refused());
        }
        Ok(Self { url, p256dh, auth })
    }
}

/// `length` bytes in the base64 of URLs, with or without signs at its end.
fn bytes(text: &str, length: usize) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.trim_end_matches('=')).ok()?;
    (bytes.len() == length).then_some(bytes)
}

/// A browser that is told.
pub(super) struct Subscription {
    pub id: Uuid,
    pub identifier: IdentifierId,
    pub url: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
    pub language: String,
}

/// From now on the browser at `place` is told of answers to `visitor`, and of nobody else's.
///
/// # Errors
/// [`Error::Conflict`] when the visitor has left meanwhile; and when the database fails.
pub fn subscribe(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: IdentifierId,
    place: &Place,
    language: &str,
) -> Result<()> {
    if visitor::is_retired(tx, visitor)? {
        return Err(Error::Conflict("this visitor has left".to_owned()));
    }
    let values = params![
        setup.clock.new_id(),
        visitor,
        place.url.as_str(),
        place.p256dh.as_slice(),
        place.auth.as_slice(),
        language,
        setup.clock.now()
    ];
    tx.execute(&queries::SUBSCRIBE, values)?;
    tx.execute(&queries::KEEP_NEWEST, params![visitor, BROWSERS])?;
    Ok(())
}

/// The browser at `url` is told of answers to `visitor` no more.
///
/// # Errors
/// When the database fails.
pub fn unsubscribe(tx: &mut Tx<'_>, visitor: IdentifierId, url: &str) -> Result<()> {
    // Stored as it was parsed; what cannot be parsed was never stored.
    if let Ok(url) = Url::parse(url) {
        tx.execute(&queries::UNSUBSCRIBE, params![visitor, url.as_str()])?;
    }
    Ok(())
}

/// No browser is told of answers to `visitor` any more.
///
/// # Errors
/// When the database fails.
pub(crate) fn forget(tx: &mut Tx<'_>, visitor: IdentifierId) -> Result<()> {
    tx.execute(&queries::FORGET, params![visitor])?;
    Ok(())
}

/// The browser is gone.
pub(super) fn gone(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    tx.execute(&queries::GONE, params![id])?;
    Ok(())
}

/// The browsers that are told of answers to `visitor`.
pub(super) fn of_visitor(tx: &mut Tx<'_>, visitor: IdentifierId) -> Result<Vec<Uuid>> {
    Ok(tx.all(&queries::OF_VISITOR, params![visitor], |row| row.get("id"))?)
}

pub(super) fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Subscription>> {
    Ok(tx.optional(&queries::BY_ID, params![id], read)?)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Subscription> {
    Ok(Subscription {
        id: row.get("id")?,
        identifier: row.get("identifier_id")?,
        url: row.get("url")?,
        p256dh: row.get("p256dh")?,
        auth: row.get("auth")?,
        language: row.get("language")?,
    })
}
