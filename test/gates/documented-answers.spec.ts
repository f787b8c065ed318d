import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkAnswer } from '../support/documented.js';
import { send, type Reply } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

describe('an answer that is not as documented', () => {
  const address = '/api/v1/users/1000';
  let server: TestServer;
  let user: Record<string, unknown>;

  beforeAll(async () => {
    server = await startServer('sqlite');
    user = (await send(server.baseUrl, 'GET', address, { headers: { 'Private-Token': ADMIN.token } })).json();
  });
  afterAll(() => server.close());

  const answered = (status: number, body: unknown, type = 'application/json'): (() => void) => {
    const text = JSON.stringify(body);
    const reply: Reply = { status, text, headers: { 'content-type': type }, json: <T>() => body as T };
    return () => {
      checkAnswer('GET', address, reply);
    };
  };

  it('is one with another status, type or property, or without one, or with another kind of value', () => {
    expect(answered(200, user)).not.toThrow();
    expect(answered(418, user)).toThrow('GET /api/v1/users/{id} answered 418, which is not documented');
    expect(answered(200, user, 'text/plain')).toThrow('"text/plain"');
    expect(answered(200, { ...user, more: 1 })).toThrow('unevaluated');
    expect(answered(200, { ...user, email: undefined })).toThrow("required property 'email'");
    expect(answered(200, { ...user, admin: 'yes' })).toThrow('admin must be boolean');
  });
});
