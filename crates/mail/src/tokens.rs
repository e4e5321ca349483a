//! Message-IDs and plus-addresses that only this installation can make.
//!
//! Every mail we send carries a Message-ID `conversation.delivery.tag@domain` and may carry a
//! Reply-To `support+conversation.tag@domain`. The tag is an HMAC-SHA-256 over what stands before
//! it and the recipient, so a token names its conversation only when it comes back from the address
//! it was sent to. Whoever saw it elsewhere (a copied stranger, a forwarded mail) cannot use it from
//! their own address, and nobody can make one by guessing ids.
//!
//! A token shows which conversation is meant; it does not prove the sender, whose From can be
//! forged. That is what [`crate::evidence`] is for.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use throughline_model::id::{ConversationId, DeliveryId};
use uuid::Uuid;

/// Bytes of the tag in a Message-ID.
const MESSAGE_TAG: usize = 16;

/// Bytes of the tag in a plus-address, where the local part may have no more than 64 characters
/// (RFC 5321, section 4.5.3.1.1). 80 bits cannot be guessed over mail.
const ADDRESS_TAG: usize = 10;

/// Longest local part of a mail address.
const LOCAL_PART: usize = 64;

/// Shortest secret accepted, in bytes.
const SECRET_BYTES: usize = 16;

/// What a Message-ID of ours stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OurMessageId {
    /// The conversation the mail belongs to.
    pub conversation: ConversationId,
    /// The delivery it was.
    pub delivery: DeliveryId,
}

/// A secret that cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret for mail tokens has {0} bytes; use at least {SECRET_BYTES} random ones")]
pub struct WeakSecret(usize);

/// The secrets that sign and verify tokens.
#[derive(Clone)]
pub struct MailKeys {
    current: Vec<u8>,
    earlier: Vec<Vec<u8>>,
}

impl std::fmt::Debug for MailKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailKeys")
            .field("earlier", &self.earlier.len())
            .finish_non_exhaustive()
    }
}

impl MailKeys {
    /// Keys that sign with `secret`.
    ///
    /// # Errors
    /// [`WeakSecret`] when it is too short to be one.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, WeakSecret> {
        let current = secret.into();
        if current.len() < SECRET_BYTES {
            Err(WeakSecret(current.len()))
        } else {
            Ok(Self {
                current,
                earlier: Vec::new(),
            })
        }
    }

    /// The same keys, which also accept what was signed with `secret` before it was replaced.
    #[must_use]
    pub fn accepting(mut self, secret: impl Into<Vec<u8>>) -> Self {
        let secret = secret.into();
        if secret.len() >= SECRET_BYTES {
            self.earlier.push(secret);
        }
        self
    }

    /// The Message-ID of the mail of `delivery` to `recipient`. Always the same for the same mail,
    /// so a mail sent twice after a crash can be told as one by whoever receives it.
    pub fn message_id(
        &self,
        conversation: ConversationId,
        delivery: DeliveryId,
        recipient: &str,
        domain: &str,
    ) -> String {
        let tag = message_tag(&self.current, conversation, delivery, recipient);
        let (conversation, delivery) = (
            encode(conversation.0.as_bytes()),
            encode(delivery.0.as_bytes()),
        );
        format!("{conversation}.{delivery}.{}@{domain}", encode(&tag))
    }

    /// What a Message-ID stands for, if it is ours and was made for `recipient`.
    pub fn open_message_id(&self, message_id: &str, recipient: &str) -> Option<OurMessageId> {
        let (local, _) = message_id.rsplit_once('@')?;
        let mut parts = local.split('.');
        let conversation = ConversationId(decode_id(parts.next()?)?);
        let delivery = DeliveryId(decode_id(parts.next()?)?);
        let tag = decode(parts.next()?)?;
        let genuine = parts.next().is_none()
            && self
                .any_key(|key| equal(&message_tag(key, conversation, delivery, recipient), &tag));
        genuine.then_some(OurMessageId {
            conversation,
            delivery,
        })
    }

    /// The address `base` (`support@shop.example`) with a token that brings answers of `recipient`
    /// back to `conversation`: `support+token@shop.example`. None when `base` is no address, or its
    /// local part leaves no room.
    pub fn plus_address(
        &self,
        base: &str,
        conversation: ConversationId,
        recipient: &str,
    ) -> Option<String> {
        let (local, domain) = base.rsplit_once('@')?;
        let tag = address_tag(&self.current, conversation, recipient);
        let address = format!(
            "{local}+{}{}",
            encode(conversation.0.as_bytes()),
            encode(&tag)
        );
        (address.len() <= LOCAL_PART).then(|| format!("{address}@{domain}"))
    }

    /// The conversation a plus-address names, if the token is ours and was made for `sender`.
    pub fn open_plus_address(&self, address: &str, sender: &str) -> Option<ConversationId> {
        let (local, _) = address.rsplit_once('@')?;
        let (_, token) = local.rsplit_once('+')?;
        let (id, tag) = token.split_at_checked(BASE32_NOPAD.encode_len(16))?;
        let conversation = ConversationId(decode_id(id)?);
        let tag = decode(tag)?;
        self.any_key(|key| equal(&address_tag(key, conversation, sender), &tag))
            .then_some(conversation)
    }

    fn any_key(&self, genuine: impl Fn(&[u8]) -> bool) -> bool {
        genuine(&self.current) || self.earlier.iter().any(|key| genuine(key))
    }
}

/// The address `support@shop.example` of `support+anything@shop.example`.
pub fn without_plus(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!(
            "{}@{domain}",
            local.split_once('+').map_or(local, |(base, _)| base)
        ),
        None => address.to_owned(),
    }
}

fn message_tag(
    key: &[u8],
    conversation: ConversationId,
    delivery: DeliveryId,
    recipient: &str,
) -> Vec<u8> {
    let recipient = recipient.trim().to_lowercase();
    let parts: [&[u8]; 4] = [
        b"message-id",
        conversation.0.as_bytes(),
        delivery.0.as_bytes(),
        recipient.as_bytes(),
    ];
    tag(key, &parts, MESSAGE_TAG)
}

fn address_tag(key: &[u8], conversation: ConversationId, recipient: &str) -> Vec<u8> {
    let recipient = recipient.trim().to_lowercase();
    tag(
        key,
        &[
            b"plus-address",
            conversation.0.as_bytes(),
            recipient.as_bytes(),
        ],
        ADDRESS_TAG,
    )
}

/// The first `length` bytes of the HMAC over `parts`, each with its length before it.
fn tag(key: &[u8], parts: &[&[u8]], length: usize) -> Vec<u8> {
    // HMAC takes keys of any length, so this is never none.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else {
        return Vec::new();
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize()
        .into_bytes()
        .iter()
        .copied()
        .take(length)
        .collect()
}

/// Never true for an empty tag.
fn equal(expected: &[u8], given: &[u8]) -> bool {
    !expected.is_empty() && expected.ct_eq(given).into()
}

/// Lower case, because mail systems may change the case of what stands before the `@`.
fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD
        .decode(text.to_ascii_uppercase().as_bytes())
        .ok()
}

fn decode_id(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&decode(text)?).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANA: &str = "ana@example.com";

    fn keys() -> MailKeys {
        MailKeys::new(*b"a secret of thirty-two bytes....").unwrap()
    }

    fn conversation() -> ConversationId {
        ConversationId(Uuid::from_u128(0x0191_f5a0_7c1e_7000_8000_0000_0000_0001))
    }

    fn delivery() -> DeliveryId {
        DeliveryId(Uuid::from_u128(0x0191_f5a0_7c1e_7000_8000_0000_0000_0002))
    }

    #[test]
    fn an_answer_from_the_recipient_names_its_conversation() {
        let id = keys().message_id(conversation(), delivery(), ANA, "shop.example");
        let expected = OurMessageId {
            conversation: conversation(),
            delivery: delivery(),
        };
        assert_eq!(keys().open_message_id(&id, ANA), Some(expected));
        assert_eq!(
            keys().open_message_id(&id.to_uppercase(), "Ana@Example.COM"),
            Some(expected)
        );
        let address = keys()
            .plus_address("support@shop.example", conversation(), ANA)
            .unwrap();
        assert!(address.starts_with("support+"));
        assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
        assert_eq!(
            keys().open_plus_address(&address, "ANA@example.com"),
            Some(conversation())
        );
        assert_eq!(without_plus(&address), "support@shop.example");
    }

    #[test]
    fn nobody_else_can_use_a_token_or_make_one() {
        let id = keys().message_id(conversation(), delivery(), ANA, "shop.example");
        let address = keys()
            .plus_address("support@shop.example", conversation(), ANA)
            .unwrap();
        let stranger = MailKeys::new(*b"another secret of thirty-two b..").unwrap();
        assert_eq!(keys().open_message_id(&id, "mallory@example.com"), None);
        assert_eq!(
            keys().open_plus_address(&address, "mallory@example.com"),
            None
        );
        assert_eq!(stranger.open_message_id(&id, ANA), None);
        assert_eq!(stranger.open_plus_address(&address, ANA), None);
        let (ids, _) = id.rsplit_once('.').unwrap();
        let (ids, _) = ids.rsplit_once('.').unwrap();
        for guess in [
            format!("{ids}@shop.example"),
            format!("{ids}.@shop.example"),
            format!("{ids}.aaaaaaaaaaaaaaaaaaaaaaaaaa@shop.example"),
            format!("{id}.x@shop.example"),
            String::new(),
            "@".into(),
            "..@".into(),
        ] {
            assert_eq!(keys().open_message_id(&guess, ANA), None, "{guess}");
            assert_eq!(
                keys().open_plus_address(&format!("support+{guess}"), ANA),
                None,
                "{guess}"
            );
        }
    }

    #[test]
    fn tokens_survive_a_change_of_the_secret() {
        let id = keys().message_id(conversation(), delivery(), ANA, "shop.example");
        let next = MailKeys::new(*b"the next secret of 32 bytes.....").unwrap();
        assert!(next.open_message_id(&id, ANA).is_none());
        assert!(
            next.accepting(*b"a secret of thirty-two bytes....")
                .open_message_id(&id, ANA)
                .is_some()
        );
        assert!(MailKeys::new(*b"short").is_err());
    }

    #[test]
    fn a_long_mailbox_name_gets_no_plus_address() {
        assert_eq!(keys().plus_address("no address", conversation(), ANA), None);
        let long = format!("{}@shop.example", "x".repeat(30));
        assert_eq!(keys().plus_address(&long, conversation(), ANA), None);
    }

    proptest! {
        #[test]
        fn one_changed_character_makes_a_token_worthless(position in 0usize..70, letter in "[a-z2-7]") {
            let id = keys().message_id(conversation(), delivery(), ANA, "shop.example");
            let mut changed = id.clone();
            changed.replace_range(position..=position, &letter);
            prop_assert_eq!(keys().open_message_id(&changed, ANA).is_some(), changed == id);
        }

        #[test]
        fn no_text_makes_opening_panic(text in ".{0,120}") {
            let _ = keys().open_message_id(&text, ANA);
            let _ = keys().open_plus_address(&text, ANA);
        }
    }
}
