/** The list of settings in `latchkey --help`, made by `npm run settings-table` from what the rooms declare. */

/** One line for each setting with an environment variable. */
export const SETTINGS_HELP = `Server:
  HOST                          Address to listen on; 0.0.0.0 for all (default: 127.0.0.1)
  PORT                          Port to listen on; 0 takes any free port (0 to 65535; default: 3000)
  TRUST_PROXY                   Whose X-Forwarded-For is believed: the number of proxies in front, or their addresses and networks (default: false)
  DOCS                          Who may read the pages and OpenAPI documents at /docs: everybody, nobody, or administrators (on, off, admin; default: on)
  CONSOLE                       Whether the console is served at /console, for people who sign in and manage tokens in a browser (on, off; default: on)
  KEEP_ALIVE_SECONDS            Seconds that an idle connection is kept for a further request (1 to 3600; default: 75)
  MAX_CONNECTIONS               Maximum number of connections; further ones are closed (1 to 1000000; default: 10000)
  HEADERS_MAX_BYTES             Maximum bytes of the request line and all headers together; longer ones get 431 (4096 to 1048576; default: 16384)
  HEADERS_MAX_LINES             Maximum number of header lines of a request; more get 431 (20 to 999; default: 900)
  HEADERS_TIMEOUT_SECONDS       Seconds that the headers of a request may take to arrive before 408 (1 to 3600; default: 15)
  REQUEST_TIMEOUT_SECONDS       Seconds that a whole request may take to arrive before its connection is closed (1 to 3600; default: 60)
  SHUTDOWN_DELAY_SECONDS        Seconds after SIGTERM in which the server still serves and /health/ready already answers 503 (0 to 300; default: 0)
  TLS_CERT_FILE                 PEM file of a certificate with its chain: the server then answers HTTPS only
  TLS_KEY_FILE                  PEM file of the private key of TLS_CERT_FILE

Requests:
  BODY_MAX_BYTES                Maximum size of a request body in bytes; a longer one is answered with 413 (1024 to 16777216; default: 65536)
  BODY_TIMEOUT_SECONDS          Seconds that a request body may take to arrive before 408 (1 to 3600; default: 15)
  BODY_MEMORY_BYTES             Bytes that all request bodies may hold together while they arrive (1048576 to 999999999; default: 16777216)
  MERGE_SLASHES                 Whether repeated slashes below a dialect's prefix count as one, for clients whose base URL ends in a slash (default: true)
  BROWSER_WRITES_FROM           From which web pages a browser may send anything but GET to a dialect (same-origin, same-site, any; default: same-site)
  ANSWER_STALLED_SECONDS        Seconds for which a client may take nothing of a list or an export before it is disconnected (1 to 3600; default: 60)
  COMPRESS_FROM_BYTES           Smallest answer in bytes that is compressed for clients that accept it; 0 compresses none (0 to 999999999; default: 1024)

Database:
  DATABASE_URL                  sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE (default: a file in LATCHKEY_DATA; or DATABASE_URL_FILE)
  LATCHKEY_DATA                 Folder of the database latchkey.sqlite, unless DATABASE_URL is set (default: ./data)
  DATABASE_POOL_SIZE            Maximum number of connections to PostgreSQL (2 to 200; default: 10)
  DATABASE_WAIT_SECONDS         Seconds that a start waits for a database that cannot be reached yet (0 to 3600; default: 60)
  DATABASE_MUST_EXIST           Whether a start refuses an empty or missing database instead of creating one (default: false)
  DATABASE_ANSWER_MS            PostgreSQL: milliseconds that it may be silent, or look up a credential, before 503 (100 to 60000; default: 1500)
  WRITES_WAITING                How many changes may wait for the database before 503 (10 to 1000000; default: 10000)
  LOOKUPS_WAITING               PostgreSQL: how many credentials may wait to be looked up before 503 (10 to 1000000; default: 10000)
  INSTANCE_LEASE_SECONDS        PostgreSQL: longest time that a lost instance delays a revocation (1 to 60; default: 2)
  SQLITE_CHECKPOINT_SECONDS     SQLite: seconds between two times that the log (-wal) is written back into the database file (1 to 86400; default: 60)

First start, on an empty database:
  ADMIN_EMAIL                   The administrator's e-mail address (default: admin@example.com)
  ADMIN_PASSWORD                The administrator's password, at most 72 bytes (default: generated; or ADMIN_PASSWORD_FILE)
  ADMIN_PASSWORD_MIN_LENGTH     Minimum number of characters of ADMIN_PASSWORD (1 to 72; default: 12)
  ADMIN_TOKEN                   The administrator's access token, 43 random base64url characters (default: generated; or ADMIN_TOKEN_FILE)
  ACCOUNT_ID                    The id of the first account, 32 lower-case hex characters (default: generated)
  ACCOUNT_NAME                  The name of the first account (default: Latchkey)
  FIRST_CREDENTIALS_FILE        File that the first start writes the credentials to instead of printing them (default: printed)

Log:
  LOG_LEVEL                     Least severe level that is logged; debug has each request (trace, debug, info, warn, error, fatal, silent; default: info)
  LOG_FORMAT                    Form of the log (pretty, json; default: pretty on a terminal, else json)
  LOG_OVERLOAD_SECONDS          Seconds for which requests refused at a limit are only counted after one was logged (1 to 3600; default: 10)

Monitoring:
  METRICS                       Whether GET /metrics answers, to administrators of the server (default: true)
  METRICS_COUNT_SECONDS         Seconds for which /metrics repeats the numbers of tokens and the size of the database (1 to 86400; default: 60)
  SECURITY_LOG_LINES            Lines per minute in the log about refused tokens, failed logins and denied requests; 0 for none (0 to 100000; default: 60)
  OPERATIONS_PORT               Port of a listener for operators, which answers /metrics and /health without a token (0 to 65535; default: none)
  OPERATIONS_HOST               Address on which OPERATIONS_PORT listens (default: 127.0.0.1)
  OPERATIONS_MAX_CONNECTIONS    Maximum number of connections to OPERATIONS_PORT; further ones are closed (1 to 1000000; default: 100)

Passwords:
  BCRYPT_COST                   Cost of hashing passwords; each step doubles the time (4 to 16; default: 12)
  PASSWORD_MIN_LENGTH           Minimum number of characters of a new password (1 to 72; default: 8)
  PASSWORD_SLOTS                How many passwords are hashed at the same time; one slot is kept for logins (1 to 64; default: 2)
  PASSWORD_QUEUE                How many passwords may wait to be hashed, for each purpose, before 503 (1 to 10000; default: 64)

Login throttle:
  LOGIN_FAILURES_PER_ACCOUNT    Failed logins for one e-mail address from one network within the window before 429 (1 to 100000; default: 10)
  LOGIN_FAILURES_IN_TOTAL       The same from all networks together that are not known for the account (1 to 100000; default: 100)
  LOGIN_FAILURES_PER_ADDRESS    Failed logins from one network, for whatever accounts, within the window before 429 (1 to 100000; default: 100)
  LOGIN_WIDE_NETWORK_FACTOR     How many times as many failures are allowed from a whole /24 (IPv4) or /48 (IPv6) (1 to 10000; default: 4)
  LOGIN_FAILURE_WINDOW_SECONDS  Length of the window in seconds; failures expire evenly over it (1 to 86400; default: 900)
  LOGIN_KNOWN_NETWORKS          Networks known for each account: from which somebody has signed in; 0 knows none (0 to 1000; default: 20)
  LOGIN_KNOWN_NETWORK_DAYS      Days until a network is forgotten from which nobody has signed in again (1 to 3650; default: 90)
  LOGIN_FAILURE_COUNTERS        SQLite: maximum number of failure counters, about 150 bytes of memory each (1000 to 10000000; default: 100000)

Logins and personal tokens:
  LOGIN_FAMILY_DAYS             Days from a login to the end of all that it was exchanged for, and of itself; 0 sets no end (0 to 3650; default: 30)
  LOGINS_PER_USER               Maximum number of logins of a user at the same time; one more ends the oldest; 0 sets no limit (0 to 1000000; default: 500)
  LOGOUT_ENDS                   login ends the login that is logged out; family also all that it was exchanged from or for (login, family; default: login)
  PERSONAL_TOKENS_PER_USER      Maximum number of personal tokens of a user; 0 sets no limit (0 to 1000000; default: 1000)

Addresses and account names:
  NAMES_LOOK_ALIKE              Whether a new address or account name may look like one in use, as dem0 does like demo (refuse, allow; default: refuse)
  ACCOUNT_NAME_RESERVED_DAYS    Days that the name of a renamed or deleted account stays reserved; 0 frees it at once (0 to 36500; default: 365)
  ACCOUNT_NAMES_RESERVED        Names that are reserved for an account before its own administrators can no longer rename it (0 to 100000; default: 10)

Rights of users:
  USERS_CHANGE_EMAIL            Whether users may change their own e-mail address; administrators may change any (never, free; default: never)
  USERS_VISIBLE_TO              Who sees the names and addresses of users, in addition to administrators (tenants, members, everyone; default: tenants)
  ACCOUNT_RENAMED_BY            Who may rename an account: its own administrators as well, or only those of the server (account, server; default: account)
  ACCOUNT_LAST_ADMINISTRATOR    Whether members may remove or demote the last administrator of their account (kept, removable; default: kept)

Applications:
  APPLICATIONS_PER_ACCOUNT      Maximum number of applications in an account; 0 sets no limit (0 to 999999999; default: 500)
  POLICIES_PER_ACCOUNT          Maximum number of policies in an account; 0 sets no limit (0 to 999999999; default: 1000)

Assertions:
  ASSERTION_ISSUER              Issuer (iss) of assertions (default: the address that the server prints)
  ASSERTION_SECONDS             Seconds for which an assertion is valid; a new one is signed before half of them have passed (60 to 300; default: 300)
  ASSERTION_KEY_DAYS            Days for which a key signs (1 to 3650; default: 42)
  ASSERTION_KEY                 32 bytes in hex or base64 that encrypt the private keys in the database (default: none; or ASSERTION_KEY_FILE)

Credential cache:
  CREDENTIAL_CACHE_ENTRIES      Maximum number of cached tokens, about 1.5 KB each (0 to 10000000; default: 50000)
  CREDENTIAL_CACHE_SECONDS      Seconds until a cached token is read again (1 to 86400; default: 300)

Last use of tokens:
  LAST_USE_ADDRESSES            Whether the last use of a token is recorded with network address and user agent (default: true)
  LAST_USES_WAITING             Tokens whose last use may wait to be written, about 300 bytes of memory each (100 to 10000000; default: 100000)

Imported tokens:
  IMPORTED_CHECKS               How many unknown secrets are compared with imported hashes at the same time (1 to 64; default: 1)
  IMPORTED_QUEUE                How many unknown secrets may wait for that, before 503 (1 to 10000; default: 64)
  IMPORTED_MISSES_PER_NETWORK   Unknown secrets that one network may have compared within 15 minutes, before 503 (1 to 1000000; default: 300)
  IMPORTED_SALTS                How many salts of other servers latchkey import takes in all (1 to 1000; default: 16)

Long lists:
  LONG_LISTS_PER_USER           Lists without pages and exports that one user may have open at the same time (1 to 10000; default: 20)
  SEARCHES_PER_USER             Searches, counts and long pages that one user may have under way, of which one is read at a time (1 to 10000; default: 20)

Verification by proxies:
  VERIFY_MAX_AGE_SECONDS        Seconds that a proxy may cache a positive answer of /verify; 0 forbids caching (0 to 3600; default: 0)
  VERIFY_WITHOUT_ACCOUNT        Whether rules that name no account, member, user or token hold where there are several accounts (default: false)
  VERIFY_PORT                   Port of a second listener, which answers /verify and /health and nothing else (0 to 65535; default: none)
  VERIFY_HOST                   Address on which VERIFY_PORT listens (default: as HOST; 127.0.0.1 in a host)
  VERIFY_MAX_CONNECTIONS        Maximum number of connections to VERIFY_PORT; further ones are closed (1 to 1000000; default: 1000)

Retention:
  AUDIT_RETENTION_DAYS          Days that audit rows are kept; 0 keeps them without limit (0 to 36500; default: 365)

Cloudflare dialect:
  SERVICE_TOKEN_PREFIX          Prefix of the secrets of new service tokens, up to 15 letters or digits and an underscore (default: lkst_)
  SERVICE_TOKENS_PER_ACCOUNT    Maximum number of service tokens in an account; 0 sets no limit (0 to 999999999; default: 0)
  CLOUDFLARE_API_FAILURES       Wrong API credentials of one network within 5 minutes before 429; 0 sets no limit (0 to 1000000; default: 300)
  SERVICE_TOKEN_INACTIVITY      Whether inactive service tokens are disabled or deleted, or only named in the log (act, report, off; default: act)
  SERVICE_TOKEN_HEADER          Name of a header in which /verify also accepts a service token, as a JSON object (default: none)

CRM.COM dialect:
  CRM_ALLOW_NO_IDENTIFIER       Whether access tokens may have neither identifier nor pass code; an account may say otherwise (default: false)
  CRM_HTTP_ERRORS               ok sends errors with HTTP 200, as clients of the vendor need; status with a 4xx (ok, status; default: ok)
  CRM_TOKENS_PER_ACCOUNT        Maximum number of access tokens in an account; 0 sets no limit (0 to 999999999; default: 1000000)
  CRM_LIST_MAX                  Access tokens that one list returns at most, whatever its number (1 to 1000000; default: 10000)
  CRM_PASS_CODE_FAILURES        Wrong pass codes of one user for one identifier within the window before 429 (1 to 100000; default: 10)
  CRM_PASS_CODE_USER_FAILURES   Wrong pass codes of one user for whatever identifiers within the window (1 to 100000; default: 100)
  CRM_PASS_CODE_TOTAL_FAILURES  Wrong pass codes of all users together for one identifier within the window (1 to 100000; default: 50)
  CRM_CONSUMER_LOGIN_FAILURES   Failed logins of consumers with one key within the window (1 to 1000000; default: 1000)

Canvus dialect:
  CANVUS_KEEPALIVE_SECONDS      Longest pause between the blank lines of an idle ?subscribe stream, in seconds (1 to 3600; default: 15)
  CANVUS_STREAMS_PER_USER       Open ?subscribe streams that one user may have; further ones get 429 (1 to 100000; default: 20)
  CANVUS_STREAMS_PER_TOKEN      Open ?subscribe streams that one token may have; further ones get 429 (1 to 100000; default: 10)
  CANVUS_STREAM_WAITING_BYTES   Bytes that may wait for the client of a ?subscribe stream before it is disconnected (4096 to 999999999; default: 262144)
  CANVUS_STREAM_STALLED_SECONDS Seconds for which the client of a ?subscribe stream may read nothing of what waits for it (1 to 3600; default: 60)

Latchkey’s own API:
  CONSOLE_IDLE_MINUTES          Minutes without a request after which a login of the console ends (5 to 1440; default: 30)
  CONSOLE_LOGIN_HOURS           Hours after which a login of the console ends in any case (1 to 720; default: 12)
  CONSOLE_PASSWORD_LOGIN        Who can sign in to the console with a password (everyone, administrators; default: everyone)
  IDEMPOTENCY_HOURS             Hours for which a repeated request with the same Idempotency-Key gets the first answer (1 to 720; default: 24)
  EVENTS_KEEPALIVE_SECONDS      Longest pause between the events of an idle stream of /latchkey/v1/events, in seconds (1 to 3600; default: 15)
  EVENTS_STREAMS_PER_USER       Open streams of /latchkey/v1/events that one user may have; further ones get 429 (1 to 100000; default: 20)
  EVENTS_STREAMS_PER_TOKEN      Open streams of /latchkey/v1/events that one token or login may have; further ones get 429 (1 to 100000; default: 10)
  EVENTS_WAITING_BYTES          Bytes that may wait for the client of such a stream before it is disconnected (4096 to 999999999; default: 262144)
  EVENTS_STALLED_SECONDS        Seconds for which such a client may read nothing of what waits for it (1 to 3600; default: 60)
  STATISTICS_SECONDS            Seconds for which /latchkey/v1/stats repeats what it has counted (1 to 3600; default: 15)
  OPENID_ISSUER                 The provider by which people can sign in to the console: its issuer, an https:// address (default: none)
  OPENID_CLIENT_ID              The client id that the provider has given this server
  OPENID_CLIENT_SECRET          The client secret that belongs to it (or OPENID_CLIENT_SECRET_FILE)
  OPENID_SCOPES                 What the provider is asked for, with spaces in between; some need groups for the groups (default: openid email profile)
  OPENID_GROUPS_CLAIM           The claim with the groups of a person; dots lead into nested ones, as in realm_access.roles (default: groups)
  OPENID_ROLES                  What groups give, as JSON: {"admins":"administrator","ops":["<account id>:administrator"],"staff":"user"} (default: none)
  OPENID_BIND_BY_EMAIL          Whether a person who signs in for the first time gets the user with their verified e-mail address (default: false)
  OPENID_CREATE_USERS           Whether a person without a user gets a new one; it needs a verified e-mail address (default: false)
  OPENID_TRUST_EMAIL            Whether an e-mail address counts as verified if the provider does not say whether it is (default: false)
  OPENID_LABEL                  The label of the button on the sign-in page (default: Sign in with your organization)
  OPENID_REDIRECT_URL           Where the provider sends people back to, as it is registered there (default: by the external URL)
  OPENID_MINUTES                Minutes that people have to sign in at the provider (1 to 60; default: 10)
  OPENID_TIMEOUT_SECONDS        Seconds that each answer of the provider may take (1 to 60; default: 5)
`;
