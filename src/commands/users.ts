/** The commands about users: list them, and restore their access. */
import { isIP } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { COMMAND_LINE, UserDirectory, type DirectoryUser } from '../core/index.js';
import {
  ClearedNetworks,
  PasswordService,
  PersonalTokenService,
  ServerSettings,
  UserService,
  type User,
} from '../identity/index.js';
import { readNewPassword, type NewPassword } from './password-input.js';
import { printRows, shown, type PrintedRow } from './rows.js';
import { CommandError, print, withServices, type CommandCall } from './command-context.js';

/** `admin reset-password [USER]` */
export async function resetPassword(call: CommandCall): Promise<void> {
  await withServices(call, async (services) => {
    const user = await chosenUser(services, call.words[0]);
    const given = await readNewPassword(call);
    await services.get(PasswordService).set(COMMAND_LINE, user.id, given.password);
    const { passwordLogin } = await services.get(ServerSettings).policy();
    const remarks = [
      'Their logins have ended. Their access tokens stay valid: see latchkey token list.',
      ...obstacles(user),
      ...(passwordLogin ? [] : ['Logins with a password are off on this server: use latchkey admin create-token.']),
    ];
    printPassword(call, user, given, `The password of ${shown(user.email)} is set.`, remarks);
  });
}

/** `admin create-token [USER]` */
export async function createToken(call: CommandCall): Promise<void> {
  await withServices(call, async (services) => {
    const user = await chosenUser(services, call.words[0]);
    const description = call.options.description ?? '';
    const { token, secret } = await services.get(PersonalTokenService).issue(COMMAND_LINE, user.id, description);
    const text = `Access token of ${shown(user.email)} (id ${token.id}). It is not shown again:\n\n  ${secret.reveal()}\n\n`;
    const value = { user: brief(user), id: token.id, token: secret.reveal() };
    print(call, value, text + lines(obstacles(user)));
  });
}

/** `admin create EMAIL` */
export async function createAdministrator(call: CommandCall): Promise<void> {
  await withServices(call, async (services) => {
    const users = services.get(UserService);
    if ((await users.all().next()).done) {
      throw new CommandError(
        'the server has not been started on this database yet: start it, and it creates the first administrator',
      );
    }
    const given = await readNewPassword(call);
    const [email = ''] = call.words;
    const values = { email, name: call.options.name ?? email, password: given.password, admin: true, approved: true };
    const user = await users.create(COMMAND_LINE, values);
    printPassword(call, user, given, `${shown(user.email)} is an administrator (user ${String(user.id)}).`, []);
  });
}

/** `admin unlock [USER]`, or `admin unlock --network ADDRESS` */
export async function unlock(call: CommandCall): Promise<void> {
  const { network } = call.options;
  if (network !== undefined && call.words.length === 0) {
    await unlockNetwork(call, network);
    return;
  }
  if (network !== undefined) throw new CommandError('give either a user or --network');
  await withServices(call, async (services) => {
    const users = services.get(UserService);
    const { id, email, status } = await chosenUser(services, call.words[0]);
    await users.unblock(COMMAND_LINE, id);
    if (!(await users.get(id)).approved) await users.update(COMMAND_LINE, id, { approved: true });
    const before = status === 'active' ? 'was neither blocked nor waiting for approval' : `was ${status}`;
    const text = `${shown(email)} may sign in. The user ${before}; their failed logins are forgotten.\n`;
    print(call, { user: { id, email }, before: status }, text);
  });
}

/** Forgets what was counted for the networks of an address. */
async function unlockNetwork(call: CommandCall, address: string): Promise<void> {
  if (isIP(address) === 0) throw new CommandError(`${shown(address)} is no IPv4 or IPv6 address`);
  await withServices(call, async (services) => {
    const { narrow, wide } = await services.get(ClearedNetworks).clear(COMMAND_LINE, address);
    const networks = [...new Set([narrow, wide])];
    print(call, { networks }, `What was counted for ${networks.join(' and ')} is forgotten. Users stay as they are.\n`);
  });
}

/** What the list of users shows as text. */
const COLUMNS = ['id', 'email', 'name', 'role', 'state', 'last_login_at'];

/** `user list` */
export async function listUsers(call: CommandCall): Promise<void> {
  await withServices(call, (services) => printRows(call, rowsOf(services), COLUMNS, 'There are no users yet.'));
}

async function* rowsOf(services: INestApplicationContext): AsyncGenerator<PrintedRow[], void> {
  for await (const users of services.get(UserService).all()) yield users.map(rowOf);
}

function rowOf({ id, email, name, admin, approved, blocked, lastLoginAt }: User): PrintedRow {
  const state = blocked ? 'blocked' : approved ? 'active' : 'unapproved';
  return { id, email, name, role: admin ? 'administrator' : 'user', state, last_login_at: lastLoginAt };
}

/**
 * The user with an e-mail address or id; without one, the only administrator.
 * @throws CommandError
 */
export async function chosenUser(services: INestApplicationContext, given: string | undefined): Promise<DirectoryUser> {
  const directory = services.get(UserDirectory);
  const id = given === undefined ? await onlyAdministrator(services) : /^\d{1,9}$/.test(given) ? Number(given) : null;
  const user = id === null ? await directory.findByEmail(given ?? '') : await directory.find(id);
  if (!user) throw new CommandError(`there is no user ${shown(given)}: see latchkey user list`);
  return user;
}

async function onlyAdministrator(services: INestApplicationContext): Promise<number> {
  const found: User[] = [];
  for await (const users of services.get(UserService).all()) found.push(...users.filter(({ admin }) => admin));
  const [first, ...others] = found;
  if (first && others.length === 0) return first.id;
  const names = found.slice(0, 10).map(({ email }) => shown(email));
  throw new CommandError(
    first ? `say which user is meant; the administrators are ${names.join(', ')}` : 'there is no administrator yet',
  );
}

function printPassword(
  call: CommandCall,
  user: Pick<User, 'id' | 'email'>,
  { password, isMade }: NewPassword,
  done: string,
  remarks: readonly string[],
): void {
  const shownOnce = isMade ? `The password is not shown again:\n\n  ${password.reveal()}\n\n` : '';
  const value = { user: brief(user), password: isMade ? password.reveal() : null };
  print(call, value, `${done} ${shownOnce}${shownOnce === '' ? '\n' : ''}${lines(remarks)}`);
}

function brief({ id, email }: Pick<User, 'id' | 'email'>): { id: number; email: string } {
  return { id, email };
}

/** What keeps a user from signing in. */
function obstacles({ status, admin, email }: DirectoryUser): string[] {
  const unlocking = `latchkey admin unlock ${shown(email)}`;
  return [
    ...(status === 'active' ? [] : [`The user is ${status} and cannot sign in: use ${unlocking}.`]),
    ...(admin ? [] : ['The user is not an administrator.']),
  ];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
