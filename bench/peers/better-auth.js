/** better-auth with its API keys: `verifyApiKey` behind a bare HTTP server, for it has no route of its own. */
import { createServer } from 'node:http';
import path from 'node:path';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { durableSqlite } from './durable-sqlite.js';
import { listen } from './ready.js';

const options = {
  baseURL: 'http://127.0.0.1',
  secret: 'a-secret-of-more-than-thirty-two-characters',
  database: durableSqlite(path.join(process.argv[2], 'better-auth.sqlite')),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
};
await (await getMigrations(options)).runMigrations();

const auth = betterAuth(options);
const { user } = await auth.api.signUpEmail({
  body: { email: 'bench@example.com', password: 'a password for the bench', name: 'Bench' },
});
const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'bench' } });

const server = createServer((request, response) => {
  auth.api.verifyApiKey({ body: { key: request.headers['x-api-key'] } }).then(
    ({ valid }) => {
      response.writeHead(valid ? 200 : 401, { 'Content-Length': '0' });
      response.end();
    },
    () => {
      response.writeHead(500, { 'Content-Length': '0' });
      response.end();
    },
  );
});

listen(server, { verify: { method: 'GET', path: '/', headers: { 'x-api-key': key } } });
