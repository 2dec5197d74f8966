CREATE TABLE tenants_institutions (
    institution_id INTEGER PRIMARY KEY,
    server_name    TEXT    NOT NULL UNIQUE,
    created_ts     INTEGER NOT NULL
);
