/** oidc-provider: issues opaque access tokens for client credentials, and introspects them (RFC 7662). */
import { createServer } from 'node:http';
import path from 'node:path';
import { Provider } from 'oidc-provider';
import { durableSqlite } from './durable-sqlite.js';
import { listen } from './ready.js';

const CLIENT = { client_id: 'bench', client_secret: 'a-secret-of-more-than-thirty-two-characters' };

const database = durableSqlite(path.join(process.argv[2], 'oidc-provider.sqlite'));
database.exec(
  'CREATE TABLE IF NOT EXISTS item (model TEXT, id TEXT, payload TEXT, expires_at INTEGER, PRIMARY KEY (model, id)) WITHOUT ROWID',
);

const statements = {
  upsert: database.prepare(
    'INSERT INTO item VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at',
  ),
  find: database.prepare('SELECT payload FROM item WHERE model = ? AND id = ? AND expires_at > ?').pluck(),
  destroy: database.prepare('DELETE FROM item WHERE model = ? AND id = ?'),
};

/** Only what client credentials and introspection need; the rest of an adapter's methods is for people who log in. */
class SqliteAdapter {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    statements.upsert.run(this.model, id, JSON.stringify(payload), Math.floor(Date.now() / 1000) + expiresIn);
  }

  async find(id) {
    const payload = statements.find.get(this.model, id, Math.floor(Date.now() / 1000));
    return payload === undefined ? undefined : JSON.parse(payload);
  }

  async destroy(id) {
    statements.destroy.run(this.model, id);
  }
}

// Nobody logs in, but it wants keys for cookies.
const provider = new Provider('http://127.0.0.1', {
  adapter: SqliteAdapter,
  clients: [
    {
      ...CLIENT,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  cookies: { keys: ['bench'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
  },
  ttl: { ClientCredentials: 86_400 },
});

const headers = {
  Authorization: `Basic ${Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64')}`,
  'Content-Type': 'application/x-www-form-urlencoded',
};

const client = await provider.Client.find(CLIENT.client_id);
const token = await new provider.ClientCredentials({ client, scope: '' }).save();

listen(createServer(provider.callback()), {
  introspect: {
    method: 'POST',
    path: '/token/introspection',
    headers,
    body: `token=${token}&token_type_hint=client_credentials`,
  },
  issue: { method: 'POST', path: '/token', headers, body: 'grant_type=client_credentials' },
});
