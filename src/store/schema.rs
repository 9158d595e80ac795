//! The tables as diesel knows them. `migrations/` makes them; a test holds the databases against each other.

macro_rules! tables {
    ($($name:ident ($($key:ident),+) { $($column:tt)* })*) => {$(
        diesel::table! { $name ($($key),+) { $($column)* } }
    )*};
}

tables! {
    persons (id) {
        id -> Binary,
        number_digest -> Binary,
        sealed -> Binary,
        state -> Text,
        pin_hash -> Nullable<Text>,
        totp -> Nullable<Binary>,
        totp_step -> BigInt,
        version -> BigInt,
        created_hour -> BigInt,
        unique_digest -> Nullable<Binary>,
        key_id -> Binary,
        attributes -> Nullable<Binary>,
    }
    documents (digest) {
        digest -> Binary,
        person -> Binary,
        sealed -> Binary,
    }
    applications (id) {
        id -> Binary,
        secret_hash -> Binary,
        sealed -> Binary,
        image -> Nullable<Binary>,
        version -> BigInt,
    }
    vouchers (id) {
        id -> Binary,
        sealed -> Binary,
        code_hash -> Nullable<Binary>,
    }
    passkeys (id) {
        id -> Binary,
        person -> Binary,
        credential_digest -> Binary,
        sealed -> Binary,
        created_hour -> BigInt,
    }
    certificates (id) {
        id -> Binary,
        person -> Binary,
        sealed -> Binary,
        revoked -> Bool,
    }
    status_lists (expires_day, nth) {
        expires_day -> BigInt,
        nth -> BigInt,
        taken -> BigInt,
    }
    sessions (id) {
        id -> Binary,
        person -> Binary,
        secret_hash -> Binary,
        sealed -> Binary,
        clients -> Binary,
        version -> BigInt,
        last_seen -> BigInt,
    }
    recoveries (person) {
        person -> Binary,
        due_hour -> BigInt,
        sealed -> Binary,
    }
    events (id) {
        id -> Binary,
        person -> Binary,
        sealed -> Binary,
    }
    clients (client_id) {
        client_id -> Text,
        version -> BigInt,
        metadata -> Text,
        secret_hash -> Nullable<Binary>,
        sealed_secret -> Nullable<Binary>,
        registration_hash -> Nullable<Binary>,
        expires_day -> Nullable<BigInt>,
    }
    consents (sub_digest, client_id, shown) {
        sub_digest -> Binary,
        client_id -> Text,
        shown -> Binary,
        expires_day -> BigInt,
    }
    grants (id) {
        id -> Binary,
        revoked -> Bool,
    }
    families (id) {
        id -> Binary,
        generation -> BigInt,
        sealed -> Binary,
        expires_day -> BigInt,
    }
    resources (uri) {
        uri -> Text,
        client_id -> Text,
    }
    spent (id) {
        id -> Binary,
    }
    assertions (id) {
        id -> Binary,
    }
    pushed (id) {
        id -> Binary,
        sealed -> Binary,
    }
    refusals (id) {
        id -> Binary,
        client_id -> Nullable<Text>,
        body -> Text,
        proven -> Bool,
    }
    outbox (id) {
        id -> Binary,
        sealed -> Binary,
        due -> BigInt,
        attempts -> BigInt,
    }
    signing_keys (kid) {
        kid -> Text,
        alg -> Text,
        sealed -> Binary,
        published -> BigInt,
        signs_from -> BigInt,
        retires -> Nullable<BigInt>,
        removed_after -> Nullable<BigInt>,
    }
    throttles (slot) {
        slot -> BigInt,
        window -> BigInt,
        failures -> BigInt,
    }
    leases (name) {
        name -> Text,
        holder -> Binary,
        until -> BigInt,
    }
    audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        entry -> Text,
        previous -> Binary,
        hash -> Binary,
    }
    meta (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(certificates, sessions, persons);
// In the key store, a database of its own (PROTOCOL 10), which has a `spent` too.
tables! {
    person_keys (id) {
        id -> Binary,
        sealed -> Binary,
        born_hour -> Nullable<BigInt>,
    }
}
