import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { ServerSettings, UserService } from '../../src/identity/index.js';
import { createServer, type Server } from '../../src/standalone/server.js';
import { closeLater } from '../support/closing.js';
import { createDatabase } from '../support/engines.js';

describe('servers that start at the same time on one empty PostgreSQL database', () => {
  it.each([1, 2, 3])('all start, and create one administrator in total (round %i)', async () => {
    const database = await createDatabase('postgres');
    const config = loadConfig({
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '3',
      BCRYPT_COST: '4',
      LOG_LEVEL: 'silent',
      PORT: '0',
    });
    const servers: Server[] = await Promise.all([1, 2, 3].map(() => createServer(config)));
    for (const server of servers) closeLater(() => server.stop());
    const made = (await Promise.all(servers.map((server) => server.start()))).flatMap((result) => result ?? []);
    expect(made).toHaveLength(1);
    for (const { app } of servers) {
      const users = await app.get(UserService).list();
      expect(users.map(({ id, email, admin }) => ({ id, email, admin }))).toEqual([
        { id: 1000, email: made[0]?.email, admin: true },
      ]);
    }
    const settings = servers.map(({ app }) => app.get(ServerSettings));
    expect(new Set(await Promise.all(settings.map((of) => of.serverId()))).size).toBe(1);
    expect(
      new Set(
        await Promise.all(
          settings.map((of) => of.constant('token-id-salt', () => Promise.reject(new Error('there is none')))),
        ),
      ).size,
    ).toBe(1);
  });
});
