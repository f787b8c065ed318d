/** Logs consumers in with the key of an application. */
import { send, type Reply } from '../../support/http.js';
import { Client, PREFIX, byCode, data, type Crm, type Members, type Person } from './support.js';

export const CONSUMER_LOGIN = 'authentication/consumer_application_key/token';

/** An application: a member of the organisation, with a key. */
export interface Application {
  readonly person: Person;
  readonly keyId: string;
  readonly key: string;
}

export async function application(crm: Crm, role = 'administrator'): Promise<Application> {
  const person = await crm.person();
  await crm.join(person, role);
  const path = `/${String(person.id)}/access-tokens`;
  const made = await crm.users<{ id: string; plain_token: string }>('POST', path, { description: 'application' });
  return { person, keyId: made.id, key: made.plain_token };
}

export function consumerLogin({ server }: Crm, key: string, members: unknown): Promise<Reply> {
  return send(server.baseUrl, 'POST', `${PREFIX}/${CONSUMER_LOGIN}`, {
    headers: {
      Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(members),
  });
}

/** The consumer who has the access token with this code, logged in. */
export async function consumer(crm: Crm, { key }: Pick<Application, 'key'>, code: string): Promise<Client> {
  const members: Members = byCode(code);
  return new Client(crm.server, data<{ token: string }>(await consumerLogin(crm, key, members)).token);
}
