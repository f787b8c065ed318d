/** What is printed after the first start: the administrator's credentials, once, and commands to paste. */

/** A command to paste into a shell, and what it does. */
export interface NoticeCommand {
  readonly intro: string;
  readonly command: string;
}

/** The credentials as they are shown. */
export interface NoticeAccess {
  readonly email: string;
  /** `undefined` when it is the one in the variable `ADMIN_PASSWORD`. */
  readonly password: string | undefined;
  readonly token: string;
  readonly accountId: string;
  readonly accountName: string;
}

export function firstStartNotice(access: NoticeAccess, commands: readonly NoticeCommand[], baseUrl: string): string {
  const { email, password = 'the one in ADMIN_PASSWORD', token, accountId, accountName } = access;
  const calls = commands.map(({ intro, command }) => `${intro}:\n\n  ${command}\n`).join('\n');
  return `
Latchkey is ready. This is its first start, and the only time that you see what follows: keep it safe.

  administrator   ${email}
  password        ${password}
  access token    ${token}
  account         ${accountName} (${accountId})

${calls}
Documentation, with every call to try: ${baseUrl}/docs

`;
}
