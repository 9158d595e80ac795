//! How our newtypes come out of columns: ids, digests and hashes from bytes, instants from seconds.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::sql_types::{BigInt, Binary};

use crate::spec::{
    ApplicationId, BatchId, CredentialDigest, DocumentDigest, EventId, FamilyId, GrantId, NodeId, NumberDigest,
    OutboxId, PasskeyId, PersonId, PersonKeyId, SessionId, ShownDigest, SubDigest, Timestamp, TokenHash, TraceId,
    UniqueDigest, VoucherId,
};

macro_rules! from_column {
    ($sql:ty, $raw:ty => $($name:ty, $read:expr;)*) => {$(
        impl<DB> FromSql<$sql, DB> for $name
        where
            DB: Backend,
            $raw: FromSql<$sql, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let read: fn($raw) -> Option<Self> = $read;
                read(<$raw>::from_sql(raw)?).ok_or_else(|| concat!("not a ", stringify!($name)).into())
            }
        }

        impl<DB> Queryable<$sql, DB> for $name
        where
            DB: Backend,
            Self: FromSql<$sql, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    )*};
}

from_column! { Binary, Vec<u8> =>
    ApplicationId, |bytes| Self::from_slice(&bytes);
    BatchId, |bytes| Self::from_slice(&bytes);
    CredentialDigest, |bytes| Self::from_slice(&bytes);
    DocumentDigest, |bytes| Self::from_slice(&bytes);
    EventId, |bytes| Self::from_slice(&bytes);
    FamilyId, |bytes| Self::from_slice(&bytes);
    GrantId, |bytes| Self::from_slice(&bytes);
    NodeId, |bytes| Self::from_slice(&bytes);
    NumberDigest, |bytes| Self::from_slice(&bytes);
    OutboxId, |bytes| Self::from_slice(&bytes);
    PasskeyId, |bytes| Self::from_slice(&bytes);
    PersonId, |bytes| Self::from_slice(&bytes);
    PersonKeyId, |bytes| Self::from_slice(&bytes);
    SessionId, |bytes| Self::from_slice(&bytes);
    ShownDigest, |bytes| Self::from_slice(&bytes);
    SubDigest, |bytes| Self::from_slice(&bytes);
    TokenHash, |bytes| bytes.as_array().copied().map(Self::from_bytes);
    TraceId, |bytes| Self::from_slice(&bytes);
    UniqueDigest, |bytes| Self::from_slice(&bytes);
    VoucherId, |bytes| Self::from_slice(&bytes);
}

from_column! { BigInt, i64 =>
    Timestamp, |seconds| Some(Self::from_unix(seconds));
}
