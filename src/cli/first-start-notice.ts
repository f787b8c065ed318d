/** The notice printed after the first start: the administrator's credentials, and commands to paste. */

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

export function firstStartNotice(access: NoticeAccess, commands: readonly NoticeCommand[], baseUrl: string): string {
  const { email, password = 'the one in ADMIN_PASSWORD', token, accountId, accountName } = access;
  const calls = commands.map(({ intro, command }) => `${intro}:\n\n  ${command}\n`).join('\n');
  return `
Latchkey is ready. This is its first start. Save these credentials now: they are not shown again.

  administrator   ${email}
  password        ${password}
  access token    ${token}
  account         ${accountName} (${accountId})

${calls}
Guard a service by a proxy that asks (examples/proxies has whole configurations):

  ${baseUrl}/verify?account=${accountId}

Documentation, where you can try every call: ${baseUrl}/docs

`;
}
