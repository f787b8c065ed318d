/** The settings of the sign-in by OpenID Connect. */
import { GROUP_GRANTS_FORM } from '../../../identity/openid/group-grants.settings.js';
import { flag, integer, setting, settingsTable, text, type SettingsRule } from '../../../settings/index.js';

/** As issuers are stored. */
const ISSUER_MAX = 255;
const TEXT_MAX = 1000;
const LABEL_MAX = 60;

/** Where sign-ins begin, and where people come back to, below the prefix of the API. */
export const BEGINNING = 'session/openid';
export const CALLBACK = `${BEGINNING}/callback`;

/** Hosts to which nothing leaves the machine, so that HTTP does. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether it is an address by HTTPS, or by HTTP on this machine. */
function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address) || address.length > ISSUER_MAX) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(address);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  return isSafe && [username, password, search, hash].every((part) => part === '') && !/[?#]/.test(address);
}

const isPlainText =
  (max: number) =>
  (given: string): boolean =>
    given.trim() !== '' && given.length <= max && !/\p{C}/u.test(given);

/** Scopes of RFC 6749 §3.3, one of which asks for OpenID Connect. */
function areScopes(given: string): boolean {
  return (
    given.length <= TEXT_MAX && /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/.test(given) && given.split(' ').includes('openid')
  );
}

const complete: SettingsRule = ({ issuer, ...others }, nameOf) => {
  const needed = ['clientId', 'clientSecret'];
  if (issuer === undefined) {
    return [...needed, 'grants', 'redirectUrl']
      .filter((name) => others[name] !== undefined)
      .map((name) => `${nameOf(name)} is given without ${nameOf('issuer')}; give that as well, or neither`);
  }
  return needed
    .filter((name) => others[name] === undefined)
    .map(
      (name) =>
        `${nameOf('issuer')} is given without ${nameOf(name)}; give what the provider shows where this server is ` +
        'registered as a client',
    );
};

/** Sign-in by OpenID Connect; it is off without an issuer. */
export const OPENID_SETTINGS = settingsTable(
  'Sign-in by OpenID Connect',
  {
    issuer: setting({
      env: 'OPENID_ISSUER',
      form: text(isSafeAddress, 'the https:// address of the provider as it calls itself, without a query'),
      defaultText: 'none',
      doc: 'The provider by which people can sign in to the console: its issuer, an `https://` address',
      more: '`http://` is accepted for this machine only.',
    }),
    clientId: setting({
      env: 'OPENID_CLIENT_ID',
      form: text(isPlainText(TEXT_MAX), 'the client id that the provider has given this server'),
      doc: 'The client id that the provider has given this server',
    }),
    clientSecret: setting({
      env: 'OPENID_CLIENT_SECRET',
      form: text(isPlainText(TEXT_MAX), 'the client secret that the provider has given this server'),
      secret: true,
      doc: 'The client secret that belongs to it',
    }),
    scopes: setting({
      env: 'OPENID_SCOPES',
      form: text(areScopes, 'scopes with spaces between them, openid among them'),
      default: 'openid email profile',
      doc: 'What the provider is asked for, with spaces in between; some need `groups` for the groups',
    }),
    groupsClaim: setting({
      env: 'OPENID_GROUPS_CLAIM',
      form: text(isPlainText(ISSUER_MAX), 'the name of a claim, such as groups'),
      default: 'groups',
      doc: 'The claim with the groups of a person; dots lead into nested ones, as in `realm_access.roles`',
    }),
    grants: setting({
      env: 'OPENID_ROLES',
      form: GROUP_GRANTS_FORM,
      defaultText: 'none',
      doc: 'What groups give, as JSON: `{"admins":"administrator","ops":["<account id>:administrator"],"staff":"user"}`',
      more:
        'Values are `user`, `administrator`, `<account id>:administrator` and `<account id>:read_only`; the group `*` is ' +
        'everybody. With it, only people in one of these groups can sign in, and at each sign-in they get and lose what ' +
        'the groups say. Without it, rights are given in Latchkey.',
    }),
    bindByEmail: setting({
      env: 'OPENID_BIND_BY_EMAIL',
      form: flag(),
      default: false,
      doc: 'Whether a person who signs in for the first time gets the user with their verified e-mail address',
    }),
    createUsers: setting({
      env: 'OPENID_CREATE_USERS',
      form: flag(),
      default: false,
      doc: 'Whether a person without a user gets a new one; it needs a verified e-mail address',
    }),
    trustAddresses: setting({
      env: 'OPENID_TRUST_EMAIL',
      form: flag(),
      default: false,
      doc: 'Whether an e-mail address counts as verified if the provider does not say whether it is',
      more: 'Only for providers at which people cannot choose their address.',
    }),
    label: setting({
      env: 'OPENID_LABEL',
      form: text(isPlainText(LABEL_MAX), `at most ${String(LABEL_MAX)} visible characters`),
      default: 'Sign in with your organization',
      doc: 'The label of the button on the sign-in page',
    }),
    redirectUrl: setting({
      env: 'OPENID_REDIRECT_URL',
      form: text(
        (address) => isSafeAddress(address) && address.endsWith(`/${CALLBACK}`),
        `the https:// address of this server’s API, ending in /${CALLBACK}`,
      ),
      defaultText: 'by the external URL',
      doc: 'Where the provider sends people back to, as it is registered there',
      more: `By default the \`external_url\` of the server with \`/latchkey/v1/${CALLBACK}\`; without that, the address that the browser uses.`,
    }),
    minutes: setting({
      env: 'OPENID_MINUTES',
      form: integer(1, 60),
      default: 10,
      doc: 'Minutes that people have to sign in at the provider',
    }),
    timeoutSeconds: setting({
      env: 'OPENID_TIMEOUT_SECONDS',
      form: integer(1, 60),
      default: 5,
      doc: 'Seconds that each answer of the provider may take',
    }),
  },
  ['OPENID_'],
  complete,
);
