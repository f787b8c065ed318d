/** What a person sees after the first start: his credentials, once, and commands to paste. */
import type { BootstrapResult, BootstrapOptions } from '../identity/index.js';

/** The text, with each secret shown only if it was made here; one that was given is named by its variable. */
export function firstStartNotice(result: BootstrapResult, options: BootstrapOptions, baseUrl: string): string {
  const token = options.adminToken ? '$ADMIN_TOKEN' : result.token.reveal();
  const password = options.adminPassword ? 'the one in ADMIN_PASSWORD' : result.password.reveal();
  return `
Latchkey is ready. This is its first start, and the only time that you see what follows: keep it safe.

  administrator   ${result.email}
  password        ${password}
  access token    ${token}
  account         ${result.accountName} (${result.accountId})

Create a service token, as clients of Cloudflare do:

  curl -X POST -H "Authorization: Bearer ${token}" -d '{"name":"CI/CD token"}' ${baseUrl}/client/v4/accounts/${result.accountId}/access/service_tokens

Log in to the account, as clients of CRM.COM do:

  curl -X POST -d ${crmLogin(result, options)} ${baseUrl}/crmapi/rest/v2/authentication/token

Create an access token, as clients of Canvus do:

  curl -X POST -H "Private-Token: ${token}" -d '{"description":"Second token"}' ${baseUrl}/api/v1/users/1000/access-tokens

Documentation, with every call to try: ${baseUrl}/docs

`;
}

/** The body of a login, quoted for a shell. */
function crmLogin({ email, password, accountName }: BootstrapResult, options: BootstrapOptions): string {
  const placeholder = 'ADMIN_PASSWORD';
  const body = JSON.stringify({
    username: email,
    password: options.adminPassword ? placeholder : password.reveal(),
    organisation: accountName,
  });
  const quoted = `'${body.replaceAll("'", String.raw`'\''`)}'`;
  return options.adminPassword ? quoted.replace(`"${placeholder}"`, `"'"$${placeholder}"'"`) : quoted;
}
