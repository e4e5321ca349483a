//! Values bound to a statement.

use throughline_model::id;
use uuid::Uuid;

/// One bound value, in the few types both engines share. Times are milliseconds in [`Value::Int`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL of whatever type the statement wants.
    Null,
    /// UUID: 16 bytes on SQLite, `uuid` on PostgreSQL.
    Uuid(Uuid),
    /// 64-bit integer.
    Int(i64),
    /// 64-bit float.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Truth: 0 or 1 on SQLite.
    Bool(bool),
}

macro_rules! from {
    ($($type:ty => |$value:ident| $into:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self { $into }
        }
    )*};
}

from! {
    Uuid => |value| Self::Uuid(value);
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    u8 => |value| Self::Int(value.into());
    usize => |value| Self::Int(i64::try_from(value).unwrap_or(i64::MAX));
    f64 => |value| Self::Real(value);
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &str => |value| Self::Text(value.to_owned());
    Vec<u8> => |value| Self::Bytes(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    bool => |value| Self::Bool(value);
    serde_json::Value => |value| Self::Text(value.to_string());
    &serde_json::Value => |value| Self::Text(value.to_string());
    throughline_model::assurance::Assurance => |value| Self::Int(value.level().into());
    throughline_model::assertion::AssertionKind => |value| Self::Text(value.as_str().to_owned());
    throughline_model::channel::Channel => |value| Self::Text(value.as_str().to_owned());
    throughline_model::identifier::IdentifierKind => |value| Self::Text(value.as_str().to_owned());
    throughline_model::outbound::DeliveryStatus => |value| Self::Text(value.as_str().to_owned());
    throughline_model::conversation::CaseStatus => |value| Self::Text(value.as_str().to_owned());
    throughline_model::conversation::EntryKind => |value| Self::Text(value.as_str().to_owned());
    throughline_model::conversation::Direction => |value| Self::Text(value.as_str().to_owned());
    throughline_model::conversation::AuthorKind => |value| Self::Text(value.as_str().to_owned());
    throughline_model::conversation::Priority => |value| Self::Text(value.as_str().to_owned());
    throughline_model::conversation::Role => |value| Self::Text(value.as_str().to_owned());
    id::CustomerId => |value| Self::Uuid(value.0);
    id::IdentifierId => |value| Self::Uuid(value.0);
    id::AssertionId => |value| Self::Uuid(value.0);
    id::EndpointId => |value| Self::Uuid(value.0);
    id::InteractionId => |value| Self::Uuid(value.0);
    id::ConversationId => |value| Self::Uuid(value.0);
    id::EntryId => |value| Self::Uuid(value.0);
    id::AttachmentId => |value| Self::Uuid(value.0);
    id::DeliveryId => |value| Self::Uuid(value.0);
    id::ApprovalId => |value| Self::Uuid(value.0);
    id::MemberId => |value| Self::Uuid(value.0);
    id::JobId => |value| Self::Uuid(value.0);
    id::WebhookId => |value| Self::Uuid(value.0);
    id::TokenId => |value| Self::Uuid(value.0);
    id::RawId => |value| Self::Uuid(value.0);
    id::ArticleId => |value| Self::Uuid(value.0);
    id::MacroId => |value| Self::Uuid(value.0);
    id::SavedViewId => |value| Self::Uuid(value.0);
    id::NotificationId => |value| Self::Uuid(value.0);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Builds the values of a statement: `params![conversation, seq, text]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] as &[$crate::Value] };
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Uuid(id) => ValueRef::Blob(id.as_bytes()),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Bool(truth) => ValueRef::Integer((*truth).into()),
        }))
    }
}

impl postgres::types::ToSql for Value {
    fn to_sql(
        &self,
        ty: &postgres::types::Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        use postgres::types::{IsNull, Type};
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Uuid(id) => id.to_sql(ty, out),
            Self::Int(number) => match *ty {
                Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*number)?.to_sql(ty, out),
                Type::FLOAT8 => (*number as f64).to_sql(ty, out),
                _ => number.to_sql(ty, out),
            },
            Self::Real(number) => number.to_sql(ty, out),
            // PostgreSQL has no NUL in text; the border removes it, this keeps a slip from failing.
            Self::Text(text) if text.contains('\0') => text.replace('\0', "").to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
            Self::Bool(truth) => truth.to_sql(ty, out),
        }
    }

    fn accepts(_ty: &postgres::types::Type) -> bool {
        // The statement decides; a mismatch is reported by the driver with the column's type.
        true
    }

    postgres::types::to_sql_checked!();
}
