/** The notice printed at the first start: the administrator's credentials, and commands to paste. */

/** A command to paste into a shell, and what it does. */
export interface NoticeCommand {
  readonly intro: string;
  readonly command: string;
}

/** The credentials to show. */
export interface NoticeAccess {
  readonly email: string;
  /** `undefined` if it was set by the variable `ADMIN_PASSWORD`. */
  readonly password: string | undefined;
  readonly token: string;
  readonly accountId: string;
  readonly accountName: string;
}

/** Which pages for people the server has. */
export interface NoticePages {
  readonly docs: boolean;
  readonly console: boolean;
}

/**
 * The first part, printed before the credentials are valid: nobody could know those that cannot be printed.
 * @param database - names the database
 */
export function firstCredentialsNotice(access: NoticeAccess, database: string): string {
  const { email, password = 'the one in ADMIN_PASSWORD', token, accountId, accountName } = access;
  return `
This is the first start. Save these credentials now: they are not shown again.

  administrator   ${email}
  password        ${password}
  access token    ${token}
  account         ${accountName} (${accountId})
  database        ${database}

`;
}

/** The same where the credentials are in a file. */
export function firstFileNotice(
  { email, accountId, accountName }: NoticeAccess,
  database: string,
  file: string,
): string {
  return `
This is the first start. The credentials are in a file that only its owner can read. Move it to a safe place.

  file            ${file}
  administrator   ${email}
  account         ${accountName} (${accountId})
  database        ${database}

`;
}

/**
 * The second part, printed when the server is ready.
 * @param pages - whether there is documentation at `/docs`, and a console at `/console`
 */
export function firstStartNotice(
  { accountId }: Pick<NoticeAccess, 'accountId'>,
  commands: readonly NoticeCommand[],
  baseUrl: string,
  pages: NoticePages = { docs: true, console: true },
): string {
  const look = pages.console ? `Console, to create and watch tokens in a browser: ${baseUrl}/console/\n\n` : '';
  const docs = pages.docs ? `Documentation, where you can try every call: ${baseUrl}/docs\n\n` : '';
  const calls = commands.map(({ intro, command }) => `${intro}:\n\n  ${command}\n\n`).join('');
  return `Latchkey is ready.

${calls}Guard a service by a proxy that asks (examples/proxies has whole configurations):

  ${baseUrl}/verify?account=${accountId}

${look}${docs}`;
}
