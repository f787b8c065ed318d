/** The office after some months: something of everything that the console shows. */
import { Token } from '../../src/core/index.js';
import { OpenIdBinding } from '../../src/identity/index.js';
import type { Engine } from '../../src/persistence/index.js';
import { callCloudflare } from '../gates/authorisation/world.js';
import { ACCOUNT } from '../support/test-server.js';
import { BOB, openOffice, type Office } from './office.js';

export interface BusyOffice extends Office {
  /** By what is special about them. */
  readonly tokens: Readonly<Record<'plain' | 'overlap' | 'disabled' | 'expired' | 'scoped', string>>;
  /** An account without members. */
  readonly otherAccountId: string;
}

const DAY_MS = 86_400_000;

/** Longer than most, without a place to break it. */
const LONG_NAME = 'Nightly_synchronisation_of_the_warehouse_with_the_shop_in_the_European_region';

export async function openBusyOffice(engine: Engine, env: Record<string, string> = {}): Promise<BusyOffice> {
  const office = await openOffice(engine, env);
  const { server, call, createServiceToken } = office;
  const idOf = async (name: string): Promise<string> => (await createServiceToken(name)).token.id;
  const { token, headers } = await createServiceToken('Billing export');
  await call('POST', `/tokens/${token.id}/rotate`, { overlap: '168h' });
  await office.verify({
    ...headers,
    'User-Agent': 'old-robot/1.0 (+https://robots.example.com/about; contact=billing)',
  });
  await office.verify({ ...headers, 'CF-Access-Client-Secret': 'wrong' });
  await office.writeUses();
  const disabled = await idOf('Archive of 2024');
  await call('PATCH', `/tokens/${disabled}`, { disabled: true });
  const expired = await idOf('Trial of a supplier');
  await setExpiry(office, expired, -3);
  const soon = await idOf(LONG_NAME);
  await setExpiry(office, soon, 5);
  await call('PATCH', `/tokens/${soon}`, { name: `${LONG_NAME}_2` });
  const scoped = await idOf('Reader of reports');
  await call('PATCH', `/tokens/${scoped}`, { scopes: ['reports:read', 'reports:list', 'invoices:read'] });
  const { id: otherAccountId } = await call<{ id: string }>('POST', '/accounts', {
    name: 'Subsidiary & Sons (Pty) Ltd',
  });
  await people(office);
  await applications(office);
  return {
    ...office,
    otherAccountId,
    tokens: { plain: await idOf('Deploy to production'), overlap: token.id, disabled, expired, scoped },
  };

  async function people({ bobId }: Office): Promise<void> {
    const add = async (name: string, email: string): Promise<string> =>
      (await call<{ user: { id: string } }>('POST', '/users', { ...BOB, name, email })).user.id;
    const mallory = await add('Mallory', 'mallory@example.com');
    await call('PATCH', `/users/${mallory}`, { blocked: true });
    await call('PATCH', `/users/${await add('Ada', 'ada@example.com')}`, { role: 'administrator' });
    const rita = await add(
      'Margarethe von der Wolkenburg-Hohenstein',
      'margarethe.von.der.wolkenburg-hohenstein@subsidiary.example.com',
    );
    await call('POST', `/accounts/${ACCOUNT.id}/members`, { user_id: rita, role: 'read_only' });
    await server.dataSource.manager.insert(OpenIdBinding, {
      issuer: 'https://id.example.com/realms/staff-of-the-whole-group',
      subject: 'f5b6c1d2-77aa-4c3e-9d10-0a1b2c3d4e5f',
      userId: Number(bobId),
      createdAt: new Date(),
    });
  }
}

function setExpiry({ server }: Office, id: string, days: number): Promise<unknown> {
  return server.dataSource.manager.update(Token, { id }, { expiresAt: new Date(Date.now() + days * DAY_MS) });
}

async function applications({ server }: Office): Promise<void> {
  const owner = `/accounts/${ACCOUNT.id}/access`;
  const include = [{ any_valid_service_token: {} }];
  const post = <T>(path: string, body: object): Promise<T> =>
    callCloudflare<T>(server, 'POST', `${owner}${path}`, body);
  const policy = await post<{ id: string }>('/policies', { name: 'All services', decision: 'non_identity', include });
  await post('/policies', { name: 'Nobody from outside', decision: 'deny', include });
  const app = { domain: 'shop.example.com/administration/of/all/orders', type: 'self_hosted' };
  await post('/apps', { ...app, name: 'Shop', policies: [policy.id] });
  await post('/apps', { ...app, name: 'Wiki', domain: 'wiki.example.com' });
}
