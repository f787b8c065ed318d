/** The settings of the data plane. */
import { HOST_FORM, flag, integer, setting, settingsTable } from '../settings/index.js';

/** The data plane. */
export const DATA_PLANE_SETTINGS = settingsTable(
  'Verification by proxies',
  {
    maxAgeSeconds: setting({
      env: 'VERIFY_MAX_AGE_SECONDS',
      form: integer(0, 3600),
      default: 0,
      doc: 'Seconds that a proxy may cache a positive answer of `/verify`; 0 forbids caching',
      more: 'A cached answer still admits the credential after its revocation.',
    }),
    withoutAccount: setting({
      env: 'VERIFY_WITHOUT_ACCOUNT',
      form: flag(),
      default: false,
      doc: 'Whether rules that name no account, member, user or token hold where there are several accounts',
      more: 'If not, they admit nobody; otherwise, the tokens of every account. The rules of guards are meant too. So is `app=host` for hosts in no zone.',
    }),
    port: setting({
      env: 'VERIFY_PORT',
      form: integer(0, 65_535),
      defaultText: 'none',
      doc: 'Port of a second listener, which answers `/verify` and `/health` and nothing else',
      more: 'Connections to `PORT` cannot fill it up. `PORT` answers them too.',
    }),
    host: setting({
      env: 'VERIFY_HOST',
      form: HOST_FORM,
      defaultText: 'as `HOST`; `127.0.0.1` in a host',
      doc: 'Address on which `VERIFY_PORT` listens',
    }),
    maxConnections: setting({
      env: 'VERIFY_MAX_CONNECTIONS',
      form: integer(1, 1_000_000),
      default: 1000,
      doc: 'Maximum number of connections to `VERIFY_PORT`; further ones are closed',
    }),
  },
  ['VERIFY_'],
);
