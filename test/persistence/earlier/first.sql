CREATE TABLE public.latchkey_account (
    id character varying(32) NOT NULL,
    name character varying(255) NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    allow_no_identifier boolean,
    last_token_number integer DEFAULT 0 NOT NULL,
    CONSTRAINT latchkey_account_id_length CHECK ((length((id)::text) = 32))
);
CREATE TABLE public.latchkey_audit (
    id integer NOT NULL,
    created_at bigint NOT NULL,
    action character varying(64) NOT NULL,
    author_id integer,
    author_name character varying(255),
    author_token_id character varying(36),
    ip_address character varying(64),
    target_type character varying(32) NOT NULL,
    target_id character varying(255),
    target_name character varying(1000),
    account_id character varying(32),
    details text NOT NULL
);
CREATE SEQUENCE public.latchkey_audit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.latchkey_audit_id_seq OWNED BY public.latchkey_audit.id;
CREATE TABLE public.latchkey_instance (
    id character varying(36) NOT NULL,
    renewals integer NOT NULL,
    fenced boolean NOT NULL,
    trust_ms integer DEFAULT 42000 NOT NULL
);
CREATE TABLE public.latchkey_membership (
    id character varying(32) NOT NULL,
    account_id character varying(32) NOT NULL,
    user_id integer NOT NULL,
    role character varying(32) NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT latchkey_membership_role CHECK ((((role)::text = 'administrator'::text) OR ((role)::text = 'read_only'::text)))
);
CREATE TABLE public.latchkey_migration (
    id integer NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL
);
CREATE SEQUENCE public.latchkey_migration_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.latchkey_migration_id_seq OWNED BY public.latchkey_migration.id;
CREATE TABLE public.latchkey_setting (
    name character varying(64) NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.latchkey_token (
    id character varying(36) NOT NULL,
    kind character varying(32) NOT NULL,
    handle character varying(255) NOT NULL,
    handle_scope character varying(32) NOT NULL,
    secret_digest character varying(64),
    previous_secret_digest character varying(64),
    previous_secret_expires_at bigint,
    secret_version integer NOT NULL,
    label character varying(1000) NOT NULL,
    account_id character varying(32),
    user_id integer,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    expires_at bigint,
    last_seen_at bigint,
    audience character varying(32),
    parent_id character varying(36),
    duration character varying(255),
    number integer,
    identifier character varying(255),
    pass_code_hash character varying(60),
    previous_last_seen_at bigint,
    CONSTRAINT latchkey_token_access CHECK ((((kind)::text <> 'access_token'::text) OR ((number IS NOT NULL) AND (account_id IS NOT NULL)))),
    CONSTRAINT latchkey_token_digest_length CHECK (((secret_digest IS NULL) OR (length((secret_digest)::text) = 64))),
    CONSTRAINT latchkey_token_digest_present CHECK (((secret_digest IS NOT NULL) OR ((kind)::text = 'access_token'::text) OR ((kind)::text = 'personal_token'::text))),
    CONSTRAINT latchkey_token_handle_present CHECK ((length((handle)::text) > 0)),
    CONSTRAINT latchkey_token_owner CHECK (((user_id IS NOT NULL) OR (account_id IS NOT NULL))),
    CONSTRAINT latchkey_token_pass_code_length CHECK (((pass_code_hash IS NULL) OR (length((pass_code_hash)::text) = 60))),
    CONSTRAINT latchkey_token_previous_ends CHECK (((previous_secret_digest IS NULL) OR (previous_secret_expires_at IS NOT NULL))),
    CONSTRAINT latchkey_token_previous_length CHECK (((previous_secret_digest IS NULL) OR (length((previous_secret_digest)::text) = 64))),
    CONSTRAINT latchkey_token_service CHECK ((((kind)::text <> 'service_token'::text) OR ((duration IS NOT NULL) AND (expires_at IS NOT NULL) AND (account_id IS NOT NULL)))),
    CONSTRAINT latchkey_token_session CHECK ((((kind)::text <> 'session'::text) OR ((expires_at IS NOT NULL) AND (audience IS NOT NULL)))),
    CONSTRAINT latchkey_token_version CHECK ((secret_version >= 1))
);
CREATE TABLE public.latchkey_token_count (
    account_id character varying(32) NOT NULL,
    kind character varying(32) NOT NULL,
    part integer NOT NULL,
    tokens integer NOT NULL
);
CREATE TABLE public.latchkey_user (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    email_key character varying(254) NOT NULL,
    name character varying(255) NOT NULL,
    password_hash character varying(60),
    admin boolean NOT NULL,
    approved boolean NOT NULL,
    blocked boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_login_at bigint,
    CONSTRAINT latchkey_user_id_range CHECK ((id >= 1000)),
    CONSTRAINT latchkey_user_password_length CHECK (((password_hash IS NULL) OR (length((password_hash)::text) = 60)))
);
CREATE SEQUENCE public.latchkey_user_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.latchkey_user_id_seq OWNED BY public.latchkey_user.id;
ALTER TABLE ONLY public.latchkey_audit ALTER COLUMN id SET DEFAULT nextval('public.latchkey_audit_id_seq'::regclass);
ALTER TABLE ONLY public.latchkey_migration ALTER COLUMN id SET DEFAULT nextval('public.latchkey_migration_id_seq'::regclass);
ALTER TABLE ONLY public.latchkey_user ALTER COLUMN id SET DEFAULT nextval('public.latchkey_user_id_seq'::regclass);
INSERT INTO public.latchkey_account VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Acme', 1795922026257, 1795922026257, NULL, 1);
INSERT INTO public.latchkey_audit VALUES (1, 1795922026257, 'user.created', NULL, NULL, NULL, NULL, 'user', '1000', 'Administrator', NULL, '{}');
INSERT INTO public.latchkey_audit VALUES (2, 1795922026257, 'account.created', NULL, NULL, NULL, NULL, 'account', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Acme', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{}');
INSERT INTO public.latchkey_audit VALUES (3, 1795922026257, 'membership.added', NULL, NULL, NULL, NULL, 'membership', '40bc0127256448ae9ec4377e0db8b97a', NULL, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{"user_id":1000,"role":"administrator"}');
INSERT INTO public.latchkey_audit VALUES (4, 1795922026257, 'token.issued', NULL, NULL, NULL, NULL, 'token', '01a2254b-5f7a-4eb7-8a80-ea35e3d8d612', 'First token', NULL, '{"kind":"personal_token","handle":"JDJhJDA0JFNiWUh2OUlBVm50MWlMRWs2czVjY09aSHM2bnVyMXNKY0VWYlhYR2pPMWlNRDEuUlFmZGE2","user_id":1000}');
INSERT INTO public.latchkey_audit VALUES (5, 1795922027724, 'user.created', 1000, 'Administrator', '01a2254b-5f7a-4eb7-8a80-ea35e3d8d612', '127.0.0.1', 'user', '1001', 'Ann', NULL, '{}');
INSERT INTO public.latchkey_audit VALUES (6, 1795922027904, 'token.issued', 1000, 'Administrator', '01a2254b-5f7a-4eb7-8a80-ea35e3d8d612', '127.0.0.1', 'token', '01a2254b-6583-4c92-a606-384c4f26e70b', 'old', NULL, '{"kind":"personal_token","handle":"JDJhJDA0JFNiWUh2OUlBVm50MWlMRWs2czVjY09KZU1DTzNOVVZOQjRqUExuaGk2aXdWaE00UHJHblhD","user_id":1000}');
INSERT INTO public.latchkey_audit VALUES (7, 1795922028128, 'token.issued', 1000, 'Administrator', '01a2254b-5f7a-4eb7-8a80-ea35e3d8d612', '127.0.0.1', 'token', '01a2254b-6667-4f71-9461-16eb5cc9a8cd', 'old', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{"kind":"service_token","handle":"200a77e6c9914c9d954023e0b426af22.access","user_id":null}');
INSERT INTO public.latchkey_audit VALUES (8, 1795922028348, 'token.issued', 1000, 'Administrator', NULL, '127.0.0.1', 'token', '01a2254b-674d-4ca7-a736-6ffdbce6f1a6', '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{"kind":"session","handle":"86036998-eec4-4288-9025-290e8614b882","user_id":1000}');
INSERT INTO public.latchkey_audit VALUES (9, 1795922028348, 'user.logged_in', 1000, 'Administrator', NULL, '127.0.0.1', 'user', '1000', 'Administrator', NULL, '{"method":"password","dialect":"crm","token_id":"01a2254b-674d-4ca7-a736-6ffdbce6f1a6"}');
INSERT INTO public.latchkey_audit VALUES (10, 1795922028996, 'token.issued', 1000, 'Administrator', '01a2254b-674d-4ca7-a736-6ffdbce6f1a6', '127.0.0.1', 'token', '01a2254b-69cd-4d77-9586-001629410e62', '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{"kind":"access_token","user_id":null}');
INSERT INTO public.latchkey_audit VALUES (11, 1795922029196, 'token.issued', 1000, 'Administrator', NULL, '127.0.0.1', 'token', '01a2254b-6a93-4bab-8ba4-fff9e205aad4', '', NULL, '{"kind":"session","handle":"4b29e557-73a9-414e-afae-77d2c923f764","user_id":1000}');
INSERT INTO public.latchkey_audit VALUES (12, 1795922029196, 'user.logged_in', 1000, 'Administrator', NULL, '127.0.0.1', 'user', '1000', 'Administrator', NULL, '{"method":"password","dialect":"user","token_id":"01a2254b-6a93-4bab-8ba4-fff9e205aad4"}');
INSERT INTO public.latchkey_membership VALUES ('40bc0127256448ae9ec4377e0db8b97a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1000, 'administrator', 1795922026257);
INSERT INTO public.latchkey_migration VALUES (1, 1795219200000, 'InitialSchema1795219200000');
INSERT INTO public.latchkey_migration VALUES (2, 1795305600000, 'ServiceTokens1795305600000');
INSERT INTO public.latchkey_migration VALUES (3, 1795392000000, 'AccessTokens1795392000000');
INSERT INTO public.latchkey_migration VALUES (4, 1795478400000, 'Instances1795478400000');
INSERT INTO public.latchkey_migration VALUES (5, 1795564800000, 'LastUses1795564800000');
INSERT INTO public.latchkey_migration VALUES (6, 1795651200000, 'AuditTypes1795651200000');
INSERT INTO public.latchkey_migration VALUES (7, 1795910400000, 'LeaseLengths1795910400000');
INSERT INTO public.latchkey_migration VALUES (8, 1795996800000, 'LeanIndexes1795996800000');
INSERT INTO public.latchkey_setting VALUES ('token-id-salt', '$2a$04$SbYHv9IAVnt1iLEk6s5ccO');
INSERT INTO public.latchkey_setting VALUES ('first-start', '2026-11-29T03:13:46.257Z');
INSERT INTO public.latchkey_token VALUES ('01a2254b-6583-4c92-a606-384c4f26e70b', 'personal_token', 'JDJhJDA0JFNiWUh2OUlBVm50MWlMRWs2czVjY09KZU1DTzNOVVZOQjRqUExuaGk2aXdWaE00UHJHblhD', '', '5b57ea8b70857635e3098cd82729dd47d80e1e3306270d94a86a68cece41b2fa', NULL, NULL, 1, 'old', NULL, 1000, true, 1795922027904, 1795922027904, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.latchkey_token VALUES ('01a2254b-6667-4f71-9461-16eb5cc9a8cd', 'service_token', '200a77e6c9914c9d954023e0b426af22.access', '', 'b2cf4051280f379e178a8164ac5c6f1c718921b56ea0b5039beb5a4eee3e7aea', NULL, NULL, 1, 'old', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', NULL, true, 1795922028128, 1795922028128, 1827458028128, NULL, NULL, NULL, '8760h', NULL, NULL, NULL, NULL);
INSERT INTO public.latchkey_token VALUES ('01a2254b-69cd-4d77-9586-001629410e62', 'access_token', '161BDD95171859B238EE2469AA4C040C', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', NULL, NULL, NULL, 1, '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', NULL, true, 1795922028996, 1795922028996, NULL, NULL, NULL, NULL, NULL, 1, 'jane@example.com', '$2b$04$aynx67jmRacaDm2tPR/uB.JEaK.pmh15bIqvjd3yG/oYBTXIJ3WDS', NULL);
INSERT INTO public.latchkey_token VALUES ('01a2254b-6a93-4bab-8ba4-fff9e205aad4', 'session', '4b29e557-73a9-414e-afae-77d2c923f764', '', '2464defd26d6aeb9a00a9b5cbe746e60180ed810ac390e17fa77fac04e38603d', NULL, NULL, 1, '', NULL, 1000, true, 1795922029196, 1795922029196, 1796008429196, NULL, 'user', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.latchkey_token VALUES ('01a2254b-5f7a-4eb7-8a80-ea35e3d8d612', 'personal_token', 'JDJhJDA0JFNiWUh2OUlBVm50MWlMRWs2czVjY09aSHM2bnVyMXNKY0VWYlhYR2pPMWlNRDEuUlFmZGE2', '', 'dd79f71bfb57c8eafcebfa7f3335d32281c87ce05a00196c96bd0e6a616e37b4', NULL, NULL, 1, 'First token', NULL, 1000, true, 1795922026257, 1795922026257, NULL, 1795922028049, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.latchkey_token VALUES ('01a2254b-674d-4ca7-a736-6ffdbce6f1a6', 'session', '86036998-eec4-4288-9025-290e8614b882', '', 'edd2c13f2f0dbcd8420face25eca98c639916880d8bdead1888e962f744518e9', NULL, NULL, 1, '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1000, true, 1795922028348, 1795922028348, 1795929228348, 1795922028916, 'crm', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.latchkey_token_count VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'service_token', 13, 1);
INSERT INTO public.latchkey_token_count VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'access_token', 2, 1);
INSERT INTO public.latchkey_user VALUES (1001, 'ann@example.com', 'ann@example.com', 'Ann', '$2b$04$QNLdJImSCLAVXAo9EJ8JXepdGn0/ETt5sJ/fXQUv5dg.kb3rVb7Hq', false, true, false, 1795922027724, 1795922027724, NULL);
INSERT INTO public.latchkey_user VALUES (1000, 'root@example.com', 'root@example.com', 'Administrator', '$2b$04$irG3v6MWDr9lrW/0v3owre/wRWauUCsnUBl2hdL7JmxJo6w4LRZsy', true, true, false, 1795922026257, 1795922026257, 1795922029196);
SELECT pg_catalog.setval('public.latchkey_audit_id_seq', 12, true);
SELECT pg_catalog.setval('public.latchkey_migration_id_seq', 8, true);
SELECT pg_catalog.setval('public.latchkey_user_id_seq', 1001, true);
ALTER TABLE ONLY public.latchkey_migration
    ADD CONSTRAINT "PK_8225b532fa06f784f71fa1221d3" PRIMARY KEY (id);
ALTER TABLE ONLY public.latchkey_account
    ADD CONSTRAINT latchkey_account_pk PRIMARY KEY (id);
ALTER TABLE ONLY public.latchkey_audit
    ADD CONSTRAINT latchkey_audit_pk PRIMARY KEY (id);
ALTER TABLE ONLY public.latchkey_instance
    ADD CONSTRAINT latchkey_instance_pk PRIMARY KEY (id);
ALTER TABLE ONLY public.latchkey_membership
    ADD CONSTRAINT latchkey_membership_pk PRIMARY KEY (id);
ALTER TABLE ONLY public.latchkey_setting
    ADD CONSTRAINT latchkey_setting_pk PRIMARY KEY (name);
ALTER TABLE ONLY public.latchkey_token_count
    ADD CONSTRAINT latchkey_token_count_pk PRIMARY KEY (account_id, kind, part);
ALTER TABLE ONLY public.latchkey_token
    ADD CONSTRAINT latchkey_token_pk PRIMARY KEY (id);
ALTER TABLE ONLY public.latchkey_user
    ADD CONSTRAINT latchkey_user_pk PRIMARY KEY (id);
CREATE UNIQUE INDEX latchkey_account_name ON public.latchkey_account USING btree (name);
CREATE INDEX latchkey_audit_author ON public.latchkey_audit USING btree (author_id, id);
CREATE INDEX latchkey_audit_created ON public.latchkey_audit USING btree (created_at, id);
CREATE INDEX latchkey_audit_target ON public.latchkey_audit USING btree (target_type, target_id, id);
CREATE INDEX latchkey_audit_type ON public.latchkey_audit USING btree (target_type, id);
CREATE UNIQUE INDEX latchkey_membership_pair ON public.latchkey_membership USING btree (account_id, user_id);
CREATE INDEX latchkey_membership_user ON public.latchkey_membership USING btree (user_id);
CREATE INDEX latchkey_token_account ON public.latchkey_token USING btree (account_id, kind, created_at, id) WHERE (account_id IS NOT NULL);
CREATE INDEX latchkey_token_digest ON public.latchkey_token USING btree (secret_digest);
CREATE INDEX latchkey_token_expiry ON public.latchkey_token USING btree (kind, expires_at) WHERE (expires_at IS NOT NULL);
CREATE UNIQUE INDEX latchkey_token_handle ON public.latchkey_token USING btree (kind, handle_scope, handle);
CREATE UNIQUE INDEX latchkey_token_identifier ON public.latchkey_token USING btree (account_id, identifier) WHERE (identifier IS NOT NULL);
CREATE UNIQUE INDEX latchkey_token_number ON public.latchkey_token USING btree (account_id, number) WHERE (number IS NOT NULL);
CREATE INDEX latchkey_token_previous_digest ON public.latchkey_token USING btree (previous_secret_digest) WHERE (previous_secret_digest IS NOT NULL);
CREATE INDEX latchkey_token_user ON public.latchkey_token USING btree (user_id, kind, created_at, id) WHERE (user_id IS NOT NULL);
CREATE UNIQUE INDEX latchkey_user_email ON public.latchkey_user USING btree (email_key);
