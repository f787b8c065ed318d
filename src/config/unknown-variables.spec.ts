import { describe, expect, it } from '@jest/globals';
import { settingsTables } from './index.js';
import { unknownVariableWarning, unknownVariables, type Environment } from '../settings/index.js';

const found = (env: Environment): (readonly [string, string])[] =>
  unknownVariables(env, settingsTables()).map(({ name, candidates }) => [name, candidates.join(' ')] as const);

describe('variables that look like misspelt settings', () => {
  it.each([
    ['ADMIN_PASWORD', 'ADMIN_PASSWORD'],
    ['ADMIN_MAIL', 'ADMIN_EMAIL'],
    ['LOG_LEVL', 'LOG_LEVEL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['log_level', 'LOG_LEVEL'],
    ['PROT', 'PORT'],
    ['HOTS', 'HOST'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['TRUST_PROXIE', 'TRUST_PROXY'],
    ['BCRYPT_COSTS', 'BCRYPT_COST'],
    ['LATCHKEY_PORT', 'PORT'],
    ['LATCHKEY_DATABASE_URL', 'DATABASE_URL'],
    ['CANVUS_KEEP_ALIVE_SECONDS', 'CANVUS_KEEPALIVE_SECONDS'],
    ['CREDENTIAL_CACHE_SIZE', 'CREDENTIAL_CACHE_ENTRIES CREDENTIAL_CACHE_SECONDS'],
    [
      'LOGIN_FAILURES_PER_IP',
      'LOGIN_FAILURES_PER_ACCOUNT LOGIN_FAILURES_IN_TOTAL LOGIN_FAILURES_PER_ADDRESS LOGIN_FAILURE_WINDOW_SECONDS LOGIN_FAILURE_COUNTERS',
    ],
    [
      'CRM_COLOUR',
      'CRM_ALLOW_NO_IDENTIFIER CRM_HTTP_ERRORS CRM_TOKENS_PER_ACCOUNT CRM_LIST_MAX CRM_PASS_CODE_FAILURES CRM_PASS_CODE_USER_FAILURES CRM_PASS_CODE_TOTAL_FAILURES CRM_CONSUMER_LOGIN_FAILURES',
    ],
    ['LATCHKEY_COLOUR', 'LATCHKEY_DATA'],
  ])('%s is one, which may stand for %p', (name, meant) => {
    expect(found({ [name]: 'x' })).toEqual([[name, meant]]);
  });

  it('are ignored if the setting itself is given, unless they have a prefix of ours', () => {
    expect(found({ DATABASE_URI: 'x', DATABASE_URL: 'sqlite:x' })).toEqual([]);
    expect(found({ ADMIN_EMAIL: 'a@b', ADMIN_EMAILS: 'x' })).toEqual([['ADMIN_EMAILS', 'ADMIN_EMAIL']]);
  });

  it('are ignored if they are empty, which counts as not given', () => {
    expect(found({ PROT: '', ADMIN_PASWORD: undefined, PORT: '' })).toEqual([]);
  });

  it('are not found in an environment with every setting', () => {
    const names = settingsTables().flatMap(({ settings }) =>
      Object.values(settings).flatMap((entry) => ('env' in entry && entry.env !== undefined ? [entry.env] : [])),
    );
    expect(names.length).toBeGreaterThan(25);
    expect(found(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
  });

  it('are not found in the environments of a desktop, of npm, of a container and of a cluster', () => {
    expect(found(DESKTOP)).toEqual([]);
    expect(found(NPM)).toEqual([]);
    expect(found(CLUSTER)).toEqual([]);
    expect(found(NEIGHBOURS)).toEqual([]);
  });
});

describe('the warning about such a variable', () => {
  it.each([
    [[], 'PROT is ignored: Latchkey has no setting of that name; see latchkey --help'],
    [['PORT'], 'PROT is ignored: Latchkey has no setting of that name; did you mean PORT?'],
    [['HOST', 'PORT'], 'PROT is ignored: Latchkey has no setting of that name; did you mean one of HOST, PORT?'],
  ])('with the candidates %j is one line', (candidates, warning) => {
    expect(unknownVariableWarning({ name: 'PROT', candidates })).toBe(warning);
  });
});

const named = (names: string): Environment =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, 'x']),
  );

const DESKTOP = named(`
  HOME PWD OLDPWD PATH SHELL SHLVL TERM TERM_PROGRAM TERM_PROGRAM_VERSION COLORTERM USER USERNAME LOGNAME LANG LANGUAGE
  LC_ALL LC_CTYPE LC_TIME TZ EDITOR VISUAL PAGER LESS LESSOPEN LS_COLORS MAIL HOSTNAME HOSTTYPE MACHTYPE OSTYPE
  DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS DESKTOP_SESSION GDMSESSION XDG_SESSION_ID XDG_RUNTIME_DIR
  XDG_CONFIG_DIRS XDG_DATA_DIRS SSH_AUTH_SOCK SSH_AGENT_PID SSH_CLIENT SSH_CONNECTION SSH_TTY GPG_AGENT_INFO SUDO_USER
  SUDO_UID INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET SYSTEMD_EXEC_PID LISTEN_PID WINDOWID _ http_proxy https_proxy
  no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY SSL_CERT_FILE COMPUTERNAME COMSPEC OS PATHEXT APPDATA TEMP TMP
  TMPDIR PROCESSOR_ARCHITECTURE SystemRoot ProgramFiles PORTS HOSTS POST SORT
`);

const NPM = named(`
  NODE NODE_ENV NODE_OPTIONS NODE_PATH NODE_VERSION NVM_DIR NVM_BIN NVM_INC INIT_CWD COLOR EDITOR npm_command
  npm_config_cache npm_config_global_prefix npm_config_globalconfig npm_config_init_module npm_config_local_prefix
  npm_config_node_gyp npm_config_noproxy npm_config_npm_version npm_config_prefix npm_config_user_agent
  npm_config_userconfig npm_execpath npm_lifecycle_event npm_lifecycle_script npm_node_execpath npm_package_json
  npm_package_name npm_package_version npm_config_loglevel npm_config_port npm_config_host YARN_VERSION
  FORCE_COLOR NO_COLOR CI GITHUB_ACTIONS GITHUB_TOKEN GITHUB_WORKSPACE RUNNER_OS JEST_WORKER_ID DEBUG DEBUG_COLORS
`);

/** Services of the cluster may have our name, or one of our prefixes. */
const CLUSTER: Environment = {
  ...named(`
    KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS KUBERNETES_PORT_443_TCP
    KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_PORT_443_TCP_PORT KUBERNETES_PORT_443_TCP_ADDR POD_NAME POD_NAMESPACE
    POD_IP NODE_NAME CONTAINER container DOCKER_HOST DOCKER_CONFIG LATCHKEY_SERVICE_HOST LATCHKEY_SERVICE_PORT
    LATCHKEY_SERVICE_PORT_HTTP LATCHKEY_PORT_3000_TCP LATCHKEY_PORT_3000_TCP_PROTO LATCHKEY_PORT_3000_TCP_PORT
    LATCHKEY_PORT_3000_TCP_ADDR CRM_SERVICE_HOST CRM_SERVICE_PORT ADMIN_SERVICE_HOST ADMIN_SERVICE_PORT_HTTP
  `),
  LATCHKEY_PORT: 'tcp://10.0.0.1:3000',
  CRM_PORT: 'tcp://10.0.0.2:80',
};

/** Settings of programs that often run on the same machine. */
const NEIGHBOURS = named(`
  POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB POSTGRES_HOST_AUTH_METHOD PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGDATA
  REDIS_URL REDIS_HOST REDIS_PORT MYSQL_ROOT_PASSWORD DATABASE_HOST DATABASE_PORT DATABASE_USER DATABASE_PASSWORD
  DATABASE_NAME DB_HOST DB_URL SMTP_HOST SMTP_PORT SENTRY_DSN SENTRY_RELEASE OTEL_SERVICE_NAME
  OTEL_EXPORTER_OTLP_ENDPOINT OTEL_LOGS_EXPORTER DD_AGENT_HOST DD_ENV AWS_REGION AWS_ACCESS_KEY_ID
  AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_DEFAULT_REGION GOOGLE_APPLICATION_CREDENTIALS AZURE_CLIENT_ID
  CLOUDFLARE_API_TOKEN CLOUDFLARE_ACCOUNT_ID CF_ACCOUNT_ID TWILIO_ACCOUNT_SID LOG_DIR LOG_FILE LOG_PATH APP_NAME APP_URL
  APP_PORT APP_ENV BASE_URL PUBLIC_URL WEB_CONCURRENCY DYNO RAILWAY_ENVIRONMENT FLY_APP_NAME HEROKU_APP_ID VAULT_ADDR
  VAULT_TOKEN JWT_SECRET SECRET_KEY SESSION_SECRET CORS_ORIGIN TLS_CERT TLS_KEY UMASK PUID PGID VIRTUAL_HOST
  LETSENCRYPT_HOST HTTP_PORT HTTPS_PORT LISTEN_ADDRESS BIND_ADDRESS SHOP_DATABASE
`);
