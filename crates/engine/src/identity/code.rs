//! One-time codes: they prove that someone reads what is sent to an address. A code asked for with a
//! conversation also carries that conversation to the address's channel.

use crate::Setup;
use crate::error::{Error, Result};
use crate::identity::assert::{Evidence, assert};
use crate::identity::proof::prove;
use crate::queries::identity as queries;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, IdentifierId};
use throughline_storage::{Row, Tx, params};
use uuid::Uuid;

/// How long a code can be used, in milliseconds.
pub const LIFETIME_MS: i64 = 10 * 60_000;
/// How long a code can be used that carries a conversation, in milliseconds: mail is read when it is read.
pub const CARRIED_LIFETIME_MS: i64 = 24 * 3_600_000;
/// How long a proof by code counts, in milliseconds.
pub const PROOF_MS: i64 = 30 * 60_000;
/// How often a code may be mistyped.
const ATTEMPTS: i64 = 5;
/// The span over which codes are counted, in milliseconds.
const COUNT_MS: i64 = 3_600_000;

/// A code that was made and waits to be sent.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Its id, which tells nothing without the installation's secret: see [`reveal`].
    pub id: Uuid,
    /// Six digits.
    pub code: String,
    /// A token for a link that proves the same.
    pub token: String,
}

/// A code that was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// Who asked for it.
    pub holder: IdentifierId,
    /// The address it proves.
    pub target: IdentifierId,
    /// The conversation it carries.
    pub conversation: Option<ConversationId>,
}

/// Makes a code that proves `target` to be `holder`'s. At most `per_hour` codes are made for one holder or one
/// target, so that nobody is flooded by a stranger.
///
/// # Errors
/// [`Error::TooMany`] when that many were made already.
pub fn issue(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    target: IdentifierId,
    conversation: Option<ConversationId>,
    per_hour: i64,
) -> Result<Issued> {
    let now = setup.clock.now();
    let made: i64 = tx.one(
        &queries::CODES_SINCE,
        params![holder, target, now - COUNT_MS],
        |row| row.get("count"),
    )?;
    if made >= per_hour {
        return Err(Error::TooMany {
            retry_after_ms: COUNT_MS,
        });
    }
    let lifetime_ms = match conversation {
        Some(_) => CARRIED_LIFETIME_MS,
        None => LIFETIME_MS,
    };
    let id = setup.clock.new_id();
    let code = digits(setup, id);
    tx.execute(
        &queries::INSERT_CODE,
        params![
            id,
            holder,
            target,
            conversation,
            hash(setup, id, &code),
            now,
            now + lifetime_ms
        ],
    )?;
    Ok(reveal(setup, id))
}

/// The code with this id, made again: so what is stored of a message with a code need not contain it.
pub fn reveal(setup: &Setup, id: Uuid) -> Issued {
    Issued {
        id,
        code: digits(setup, id),
        token: setup.keys.seal("code-link", &[id]),
    }
}

/// What `holder` typed is the code sent to `target`: the address is proven. `Ok(None)` means it is not; the
/// attempt is counted and must be kept, so the caller commits.
///
/// # Errors
/// When the database fails.
pub fn redeem(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    target: IdentifierId,
    typed: &str,
) -> Result<Option<Redeemed>> {
    let Some(redeemed) = spend(tx, setup, holder, target, typed)? else {
        return Ok(None);
    };
    let until = setup.clock.now() + PROOF_MS;
    prove(tx, setup, holder, target, Assurance::PROVEN, "otp", until)?;
    Ok(Some(redeemed))
}

/// [`redeem`] without drawing the conclusion: what follows from the code is the caller's to say.
///
/// # Errors
/// As [`redeem`].
pub fn spend(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    target: IdentifierId,
    typed: &str,
) -> Result<Option<Redeemed>> {
    let found = tx.optional(
        &queries::OPEN_CODES_OF_HOLDER,
        params![holder, target, setup.clock.now()],
        read,
    )?;
    match found {
        Some(open) if open.matches(tx, setup, typed)? => open.spend(tx, setup),
        _ => Ok(None),
    }
}

/// Where the newest code that `holder` asked for, and that still works, was sent.
///
/// # Errors
/// When the database fails.
pub fn last_target(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
) -> Result<Option<IdentifierId>> {
    Ok(tx.optional(
        &queries::LAST_CODE_TARGET,
        params![holder, setup.clock.now()],
        |row| row.get("target_id"),
    )?)
}

/// The link in a message was opened and confirmed, by whoever reads what is sent to the target.
///
/// # Errors
/// When the database fails.
pub fn redeem_link(tx: &mut Tx<'_>, setup: &Setup, token: &str) -> Result<Option<Redeemed>> {
    let Some([id]) = setup.keys.open::<1>("code-link", token) else {
        return Ok(None);
    };
    match tx.optional(&queries::CODE_BY_ID, params![id, setup.clock.now()], read)? {
        Some(open) => open.redeem_at_target(tx, setup),
        None => Ok(None),
    }
}

/// A message came from `target` itself: if a code that carries a conversation is open for it, and the message
/// contains that code or answers (`answers`) the mail that carried it, then the address is proven. A plain yes proves
/// nothing: senders are easily forged.
///
/// # Errors
/// When the database fails.
pub fn redeem_reply(
    tx: &mut Tx<'_>,
    setup: &Setup,
    target: IdentifierId,
    text: &str,
    answers: Option<ConversationId>,
) -> Result<Option<Redeemed>> {
    let said = only_code(text);
    for open in tx.all(
        &queries::OPEN_CODES_OF_TARGET,
        params![target, setup.clock.now()],
        read,
    )? {
        if answers.is_some() && answers == open.conversation {
            return open.redeem_at_target(tx, setup);
        }
        let Some(said) = said.filter(|_| open.attempts < ATTEMPTS) else {
            continue;
        };
        if open.matches(tx, setup, said)? {
            return open.redeem_at_target(tx, setup);
        }
    }
    Ok(None)
}

struct Open {
    id: Uuid,
    holder: IdentifierId,
    target: IdentifierId,
    conversation: Option<ConversationId>,
    code_hash: String,
    attempts: i64,
}

impl Open {
    fn matches(&self, tx: &mut Tx<'_>, setup: &Setup, typed: &str) -> Result<bool> {
        if self.attempts >= ATTEMPTS {
            return Err(Error::TooMany {
                retry_after_ms: LIFETIME_MS,
            });
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let matches = bool::from(subtle::ConstantTimeEq::ct_eq(
            hash(setup, self.id, &digits).as_bytes(),
            self.code_hash.as_bytes(),
        ));
        if !matches {
            tx.one(&queries::COUNT_ATTEMPT, params![self.id], |row| {
                row.get::<i64>("attempts")
            })?;
        }
        Ok(matches)
    }

    /// Whoever reads what is sent to the target says yes to the holder's wish: the two are one person, and the
    /// target is proven. The holder has shown nothing: somebody else may have typed this address, and what
    /// the owner of the address goes on to write is not for them.
    fn redeem_at_target(self, tx: &mut Tx<'_>, setup: &Setup) -> Result<Option<Redeemed>> {
        let Some(redeemed) = self.spend(tx, setup)? else {
            return Ok(None);
        };
        let Redeemed { holder, target, .. } = redeemed;
        let until = setup.clock.now() + PROOF_MS;
        prove(tx, setup, target, target, Assurance::PROVEN, "otp", until)?;
        let same = AssertionKind::Verified;
        let evidence = Evidence::seen(same, holder, target, Assurance::PROVEN, "otp");
        assert(tx, setup, evidence)?;
        Ok(Some(redeemed))
    }

    fn spend(self, tx: &mut Tx<'_>, setup: &Setup) -> Result<Option<Redeemed>> {
        let now: Millis = setup.clock.now();
        if tx.execute(&queries::USE_CODE, params![self.id, now])? == 0 {
            return Ok(None);
        }
        Ok(Some(Redeemed {
            holder: self.holder,
            target: self.target,
            conversation: self.conversation,
        }))
    }
}

/// Six digits nobody can guess: derived from the secret and the code's own id, so the clock's ids make a test's
/// codes repeatable.
fn digits(setup: &Setup, id: Uuid) -> String {
    let mac = setup.keys.mac("code-digits", id.as_bytes());
    let number = mac
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

fn hash(setup: &Setup, id: Uuid, code: &str) -> String {
    hex::encode(
        setup
            .keys
            .mac("code-hash", format!("{id}{code}").as_bytes()),
    )
}

/// The one six-digit number in a text; a text with several is a guess.
fn only_code(text: &str) -> Option<&str> {
    let mut words = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|word| word.len() == 6);
    words.next().filter(|_| words.next().is_none())
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Open> {
    Ok(Open {
        id: row.get("id")?,
        holder: row.get("holder_id")?,
        target: row.get("target_id")?,
        conversation: row.get("conversation_id")?,
        code_hash: row.get("code_hash")?,
        attempts: row.get("attempts")?,
    })
}
