/** Everything that changes something over Latchkey's own API, and what it leaves in the audit log. */
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { SOME_ID, type Row, type Trail } from './trail.js';

const BASE = '/latchkey/v1';

export async function driveLatchkey(trail: Trail): Promise<void> {
  await driveSession(trail);
  const userId = await driveUsers(trail);
  await driveAccounts(trail, userId);
  const isSqlite = trail.server.engine === 'sqlite';
  await trail.call(
    `POST ${BASE}/server/backup`,
    { token: ADMIN.token },
    isSqlite ? [['server.backed_up', ADMIN.id, 'server', null]] : [],
  );
  await driveTokens(trail);
}

async function driveSession(trail: Trail): Promise<void> {
  const opened: Row[] = [['user.logged_in', ADMIN.id, 'user', String(ADMIN.id)]];
  const reply = await trail.call(`POST ${BASE}/session`, { body: { token: ADMIN.token } }, opened);
  const [cookie = ''] = reply.headers['set-cookie']?.[0]?.split(';') ?? [];
  trail.secret(cookie.replace(/^.*=/, ''));
  const login = await trail.call(
    'POST /api/v1/users/login',
    { body: { email: ADMIN.email, password: ADMIN.password } },
    opened,
  );
  const { token } = login.json<{ token: string }>();
  await trail.call(
    `POST ${BASE}/me/password`,
    {
      token,
      body: { current_password: ADMIN.password, new_password: trail.secret('battery staple horse') },
    },
    [['user.password_changed', ADMIN.id, 'user', String(ADMIN.id)]],
  );
  await trail.call(`DELETE ${BASE}/session`, { token: trail.secret(token) }, [
    ['user.logged_out', ADMIN.id, 'user', String(ADMIN.id)],
  ]);
}

async function driveUsers(trail: Trail): Promise<string> {
  const { token } = ADMIN;
  const users = `${BASE}/users`;
  const by = (action: string, id = userId): Row => [action, ADMIN.id, 'user', id];
  const create = (email: string): Promise<string> =>
    trail.call(`POST ${users}`, { token, body: { email } }, [by('user.created', SOME_ID)]).then((reply) => {
      const { user, password } = reply.json<{ user: { id: string }; password: string }>();
      trail.secret(password);
      return user.id;
    });
  let userId = '';
  userId = await create('managed@example.com');
  const at = { userId };
  await trail.call(`PATCH ${users}/:userId`, { token, at, body: { name: 'Managed', blocked: true } }, [
    by('user.updated'),
    by('user.blocked'),
  ]);
  const reset = await trail.call(`POST ${users}/:userId/password`, { token, at }, [by('user.password_changed')]);
  const { password } = reset.json<{ password: string }>();
  await trail.call(`PATCH ${users}/:userId`, { token, at, body: { blocked: false } }, [by('user.unblocked')]);
  const credentials = { email: 'managed@example.com', password: trail.secret(password) };
  const opened: Row[] = [['user.logged_in', Number(userId), 'user', userId]];
  const logins: string[] = [];
  for (let login = 0; login < 3; login += 1) {
    const reply = await trail.call('POST /api/v1/users/login', { body: credentials }, opened);
    trail.secret(reply.json<{ token: string }>().token);
    logins.push(String(trail.rows[0]?.details.token_id));
  }
  const [loginId = '', second = '', third = ''] = logins;
  const ended = (id: string): Row => ['token.revoked', ADMIN.id, 'token', id];
  await trail.call(`DELETE ${users}/:userId/logins/:loginId`, { token, at: { ...at, loginId } }, [ended(loginId)]);
  await trail.call(`POST ${users}/:userId/logins/end`, { token, at }, [second, third].sort().map(ended));
  // Nothing is bound.
  await trail.call(`POST ${users}/:userId/openid/unbind`, { token, at }, []);
  await trail.call('POST /api/v1/users/login', { body: credentials }, opened);
  await trail.call(`POST ${users}/:userId/end-access`, { token, at, body: {} }, [
    by('user.access_ended'),
    ended(SOME_ID),
  ]);
  const other = await create('deleted@example.com');
  await trail.call(`DELETE ${users}/:userId`, { token, at: { userId: other } }, [by('user.deleted', other)]);
  const erased = await create('erased@example.com');
  await trail.call(
    `POST ${users}/:userId/erase`,
    { token, at: { userId: erased }, body: { email: 'erased@example.com' } },
    [by('user.deleted', erased), by('user.erased', erased)],
  );
  return userId;
}

async function driveAccounts(trail: Trail, userId: string): Promise<void> {
  const { token } = ADMIN;
  const accounts = `${BASE}/accounts`;
  const created = await trail.call(`POST ${accounts}`, { token, body: { name: 'Managed' } }, [
    ['account.created', ADMIN.id, 'account', SOME_ID],
  ]);
  const { id: accountId } = created.json<{ id: string }>();
  const account = (action: string): Row[] => [[action, ADMIN.id, 'account', accountId]];
  const one = { token, at: { accountId, userId } };
  const renamed = { ...one, body: { name: 'Managed better' } };
  await trail.call(`PATCH ${accounts}/:accountId`, renamed, account('account.updated'));
  const member = (action: string): Row[] => [[action, ADMIN.id, 'membership', SOME_ID]];
  const members = `${accounts}/:accountId/members`;
  await trail.call(
    `POST ${members}`,
    { ...one, body: { user_id: userId, role: 'read_only' } },
    member('membership.added'),
  );
  await trail.call(
    `PATCH ${members}/:userId`,
    { ...one, body: { role: 'administrator' } },
    member('membership.updated'),
  );
  await trail.call(`DELETE ${members}/:userId`, one, member('membership.removed'));
  await trail.call(`DELETE ${accounts}/:accountId`, renamed, account('account.deleted'));
}

async function driveTokens(trail: Trail): Promise<void> {
  const { token } = ADMIN;
  const tokens = `${BASE}/tokens`;
  const by = (action: string, id: string): Row[] => [[action, ADMIN.id, 'token', id]];
  const create = async (name: string): Promise<string> => {
    const body = { kind: 'service_token', account_id: ACCOUNT.id, name };
    const reply = await trail.call(`POST ${tokens}`, { token, body }, by('token.issued', SOME_ID));
    const made = reply.json<{ token: { id: string }; secret: { client_secret: string } }>();
    trail.secret(made.secret.client_secret);
    return made.token.id;
  };
  const tokenId = await create('Managed');
  const one = { token, at: { tokenId } };
  await trail.call(`PATCH ${tokens}/:tokenId`, { ...one, body: { name: 'Renamed' } }, by('token.updated', tokenId));
  const rotated = await trail.call(
    `POST ${tokens}/:tokenId/rotate`,
    { ...one, body: { overlap: '24h' } },
    by('token.rotated', tokenId),
  );
  trail.secret(rotated.json<{ secret: { client_secret: string } }>().secret.client_secret);
  const ends = { ends_at: new Date(trail.server.clock.now().getTime() + 3_600_000).toISOString() };
  await trail.call(`PATCH ${tokens}/:tokenId/overlap`, { ...one, body: ends }, by('token.updated', tokenId));
  await trail.call(`POST ${tokens}/:tokenId/overlap/end`, one, by('token.updated', tokenId));
  await trail.call(
    `POST ${tokens}/:tokenId/renew`,
    { ...one, body: { duration: '24h' } },
    by('token.updated', tokenId),
  );
  await trail.call(
    `POST ${tokens}/bulk`,
    { token, body: { action: 'disable', ids: [tokenId] } },
    by('token.updated', tokenId),
  );
  await trail.call(`DELETE ${tokens}/:tokenId`, one, by('token.revoked', tokenId));
}
